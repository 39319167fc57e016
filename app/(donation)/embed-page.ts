import { qrCode } from "@/components/qr-code";
import { escapeText } from "@/lib/web/markup";
import type { Words } from "@/messages/words";
import type { SiteConfig } from "@/site.config";
import { type Progress, progressText } from "./goal";
import { htmlPage } from "./html-page";
import { donationWords } from "./words";

/** A card for the frame of another site: who is paid, the goal, and a link that opens the tip page in a tab of its own. Pure. */
export function embedPage(options: {
  words: Words;
  site: SiteConfig;
  publicUrl: string;
  progress: Progress | null;
}): string {
  const { words, site, publicUrl, progress } = options;
  const { t, language } = words;
  const title = t("tip.title", { name: site.name });
  const own = language === site.locale ? "" : ` lang="${escapeText(site.locale)}"`;
  const { path, size } = qrCode(`${publicUrl}/`);
  return htmlPage({
    language,
    title,
    accent: site.theme.accent,
    body: `<main>
<svg viewBox="0 0 ${size} ${size}" role="img" aria-label="${escapeText(donationWords(language).scan)}"><path fill="#fff" d="M0 0h${size}v${size}H0z"/><path d="${path}"/></svg>
<h1${own}>${escapeText(site.name)}</h1>
${progress === null ? "" : goalMarkup(progress, { language, own })}<a href="${escapeText(publicUrl)}/?lang=${escapeText(language)}" target="_blank" rel="noopener">${escapeText(title)}</a>
</main>`,
  });
}

function goalMarkup(progress: Progress, { language, own }: { language: string; own: string }): string {
  const { label, percent } = progress;
  return `<label for="goal"${own}>${escapeText(label)}</label>
<progress id="goal" max="100" value="${percent}"></progress>
<p>${escapeText(progressText(progress, language))}</p>
`;
}
