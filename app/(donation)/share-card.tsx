import { siteConfig } from "@/site.config";
import { ACCENT_COLORS } from "./colors";
import { type Progress, progressText } from "./goal";

export const CARD_SIZE = { width: 1200, height: 630 } as const;

/** Letters of the one font that the renderer brings along. For others it would ask a font service in the internet. */
const DRAWN = /^[\n\u0020-\u007e\u00a0-\u017f\u2010-\u2014\u2018-\u201d\u2022\u2026\u20ac]*$/;

/** Whether the card can be drawn with what is here. Where it cannot, the picture in `public/` stands for the page. */
export function isDrawable(progress: Progress): boolean {
  return [siteConfig.name, siteConfig.bio, progress.label, progressText(progress, cardLanguage())].every((text) =>
    DRAWN.test(text),
  );
}

/** The merchant's own, because one picture is for all. */
const cardLanguage = () => siteConfig.locale;

/** The name, the bio and the goal, and nothing of any payer. */
export function ShareCard({ progress }: { progress: Progress }) {
  const { name, bio } = siteConfig;
  const color = ACCENT_COLORS[siteConfig.theme.accent];
  const width = `${Math.min(progress.percent, 100)}%`;
  return (
    <div
      style={{
        ...CARD_SIZE,
        display: "flex",
        flexDirection: "column",
        justifyContent: "space-between",
        padding: 80,
        background: "#f6f4ef",
        color: "#1d201e",
        fontSize: 34,
      }}
    >
      <div style={{ display: "flex", flexDirection: "column", gap: 20 }}>
        <div style={{ fontSize: 76, letterSpacing: -2, lineClamp: 2, display: "block" }}>{name}</div>
        <div style={{ color: "#5b605c", lineClamp: 3, display: "block" }}>{bio}</div>
      </div>
      <div style={{ display: "flex", flexDirection: "column", gap: 20 }}>
        <div style={{ lineClamp: 2, display: "block" }}>{progress.label}</div>
        <div style={{ display: "flex", height: 36, borderRadius: 18, background: "#e2ded4" }}>
          <div style={{ width, height: 36, borderRadius: 18, background: color }} />
        </div>
        <div style={{ color }}>{progressText(progress, cardLanguage())}</div>
      </div>
    </div>
  );
}
