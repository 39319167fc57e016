import { siteConfig } from "@/site.config";
import { badgeSvg } from "../badge";
import { ACCENT_COLORS } from "../colors";
import { percentText } from "../goal";
import { pictureWords, publicAnswer } from "../public-answer";
import { currentSupport } from "../support";

export async function GET(request: Request) {
  const { t, language } = pictureWords(request);
  const { progress } = await currentSupport();
  const svg = badgeSvg({
    text: t("tip.title", { name: siteConfig.name }),
    progress: progress && percentText(progress.percent, language),
    color: ACCENT_COLORS[siteConfig.theme.accent],
  });
  return publicAnswer(svg, { type: "image/svg+xml; charset=utf-8", seconds: 300 });
}
