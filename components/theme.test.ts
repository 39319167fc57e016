import { readFileSync } from "node:fs";
import { describe, expect, it } from "vitest";
import { ACCENTS } from "@/site.config";

const css = readFileSync(new URL("../app/globals.css", import.meta.url), "utf8");
const orderCss = readFileSync(new URL("../app/orders/[id]/order.css", import.meta.url), "utf8");

type Scheme = "light" | "dark";
/** Red, green and blue, 0 to 255. */
type Rgb = readonly number[];

/** The value of a custom property, which is a pair of colours for light and dark. */
function colour(name: string, { scheme, from = css }: { scheme: Scheme; from?: string }): Rgb {
  const [, light = "", dark = ""] = new RegExp(`--${name}: light-dark\\((#\\w+), (#\\w+)\\)`).exec(from) ?? [];
  const hex = scheme === "light" ? light : dark;
  const digits = hex.length === 4 ? hex.replace(/\w/g, "$&$&") : hex;
  return [1, 3, 5].map((at) => Number.parseInt(digits.slice(at, at + 2), 16));
}

/** The accent's own rule; the first accent is the default and has none. */
function accentRule(accent: string): string {
  return new RegExp(`\\[data-accent="${accent}"\\] \\{[^}]*\\}`).exec(css)?.[0] ?? css;
}

/** Relative luminance of WCAG 2. */
function luminance(rgb: Rgb): number {
  const weights = [0.2126, 0.7152, 0.0722];
  return rgb.reduce((sum, part, index) => {
    const share = part / 255;
    const linear = share <= 0.04045 ? share / 12.92 : ((share + 0.055) / 1.055) ** 2.4;
    return sum + linear * (weights[index] ?? 0);
  }, 0);
}

function contrast(a: Rgb, b: Rgb): number {
  const [one, other] = [luminance(a), luminance(b)];
  return (Math.max(one, other) + 0.05) / (Math.min(one, other) + 0.05);
}

describe.each(ACCENTS)("the accent %s", (name) => {
  it("has a rule, unless it is the default", () => {
    expect(accentRule(name) === css).toBe(name === ACCENTS[0]);
  });

  it.each(["light", "dark"] as const)("keeps the contrast of WCAG AA in %s", (scheme) => {
    const accent = colour("accent", { scheme, from: accentRule(name) });
    const card = colour("card", { scheme });
    // `--tint` is 11 % accent on the card.
    const tint = accent.map((part, index) => part * 0.11 + (card[index] ?? 0) * 0.89);
    for (const ground of [card, tint, colour("page", { scheme })]) {
      for (const text of [accent, colour("text", { scheme }), colour("soft", { scheme })]) {
        expect(contrast(text, ground)).toBeGreaterThanOrEqual(4.5);
      }
      expect(contrast(colour("edge", { scheme }), ground)).toBeGreaterThanOrEqual(3);
    }
    expect(contrast(colour("on-accent", { scheme }), accent)).toBeGreaterThanOrEqual(4.5);
    expect(contrast(colour("bad", { scheme }), card)).toBeGreaterThanOrEqual(4.5);
    expect(contrast(colour("warn", { scheme, from: orderCss }), card)).toBeGreaterThanOrEqual(4.5);
  });
});
