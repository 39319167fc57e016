import { cut } from "@/lib/web/contract";
import { escapeText } from "@/lib/web/markup";

const HEIGHT = 28;
const PADDING = 10;
const MOST_CHARACTERS = 40;

/**
 * The badge as SVG: one part with what a click does, and a second one with the progress where there is a goal. The text is
 * fitted to its room, because nothing here knows the reader's fonts. No style and no script, which policies forbid. Pure.
 */
export function badgeSvg(badge: { text: string; progress: string | null; color: string }): string {
  const parts = [badge.text, ...(badge.progress === null ? [] : [badge.progress])].map((text) => {
    const shown = text.length > MOST_CHARACTERS ? `${cut(text, MOST_CHARACTERS - 1)}…` : text;
    return { shown: escapeText(shown), room: widthOf(shown) };
  });
  const [left = { shown: "", room: 0 }, right] = parts;
  const leftWidth = left.room + 2 * PADDING;
  const width = leftWidth + (right ? right.room + 2 * PADDING : 0);
  const label = parts.map(({ shown }) => shown).join(": ");
  const rightPart = right ? `<path fill="#0005" d="M${leftWidth} 0H${width}V${HEIGHT}H${leftWidth}z"/>` : "";
  const texts = [textAt(PADDING, left), right ? textAt(leftWidth + PADDING, right) : ""].join("");
  return `<svg xmlns="http://www.w3.org/2000/svg" width="${width}" height="${HEIGHT}" role="img" aria-label="${label}"><title>${label}</title><clipPath id="c"><rect width="${width}" height="${HEIGHT}" rx="6"/></clipPath><g clip-path="url(#c)"><rect width="${width}" height="${HEIGHT}" fill="${badge.color}"/>${rightPart}</g><g fill="#fff" font-family="Verdana,Geneva,DejaVu Sans,sans-serif" font-size="12">${texts}</g></svg>\n`;
}

const textAt = (x: number, { shown, room }: { shown: string; room: number }) =>
  `<text x="${x}" y="18" textLength="${room}" lengthAdjust="spacingAndGlyphs">${shown}</text>`;

/** Rough: wide scripts take a square, capitals and digits more than small letters. */
function widthOf(text: string): number {
  let tenths = 0;
  for (const { segment } of new Intl.Segmenter().segment(text)) {
    if (/[\u1100-\u11ff\u2e80-\uffef\u{1f000}-\u{3ffff}]/u.test(segment)) tenths += 120;
    else tenths += /[ .,:;'ijl|!()]/.test(segment) ? 47 : /[\p{Lu}\p{N}mw%$€£¥]/u.test(segment) ? 84 : 72;
  }
  return Math.ceil(tenths / 10);
}
