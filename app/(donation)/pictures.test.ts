import { readFileSync } from "node:fs";
import { describe, expect, it } from "vitest";
import { LANGUAGES } from "@/messages/catalogue";
import { wordsIn } from "@/messages/words";
import { ACCENTS, siteConfig } from "@/site.config";
import { badgeSvg } from "./badge";
import { ACCENT_COLORS } from "./colors";
import { embedPage } from "./embed-page";
import { DONATION_WORDS } from "./words";

const HOSTILE = `<script>alert(1)</script>"'&]]>\u0000\ud800\u202e`;

describe("the badge", () => {
  const badge = (text: string, progress: string | null = "42%") => badgeSvg({ text, progress, color: "#17634a" });

  it("says what it is for, and how far the goal is", () => {
    expect(badge("Tip Ada")).toContain("<title>Tip Ada: 42%</title>");
    expect(badge("Tip Ada", null)).toContain("<title>Tip Ada</title>");
  });

  it("is small, without script, style or line of its own for hostile text", () => {
    for (const text of [HOSTILE, "名".repeat(500), "👨‍👩‍👧‍👦".repeat(200), ""]) {
      const svg = badge(text);
      expect(Buffer.byteLength(svg)).toBeLessThan(4_096);
      expect(svg).not.toMatch(/<script|style|\son\w+=/);
      // Every tag is one of ours.
      expect([...svg.matchAll(/<(\w+)/g)].map(([, tag]) => tag)).toEqual([
        ..."svg title clipPath rect g rect path g text text".split(" "),
      ]);
      for (const [, width] of svg.matchAll(/(?:width|textLength)="(\d+)"/g)) expect(Number(width)).toBeLessThan(1_100);
    }
  });

  it("has the accents of the page", () => {
    const css = readFileSync("app/globals.css", "utf8");
    for (const accent of ACCENTS) {
      const rule = new RegExp(`\\[data-accent="${accent}"\\] \\{\\s*--accent: light-dark\\((#\\w+)`).exec(css);
      const usual = /--accent: light-dark\((#\w+)/.exec(css);
      expect(ACCENT_COLORS[accent]).toBe((rule ?? usual)?.[1]);
    }
  });
});

describe("the page for frames", () => {
  const progress = { label: HOSTILE, raised: "5.00", goal: "500.00", currency: "USD", percent: 1 } as const;
  const page = embedPage({
    words: wordsIn("de"),
    site: { ...siteConfig, name: HOSTILE },
    publicUrl: "https://tips.example",
    progress,
  });

  it("has no script, and opens the tip page in a tab of its own", () => {
    expect(page).not.toMatch(/<script|<style|\sstyle=|\son\w+=/);
    expect(page).toContain('href="https://tips.example/?lang=de" target="_blank" rel="noopener"');
  });
});

it("every language has the words of this layer, with the same values", () => {
  expect(Object.keys(DONATION_WORDS).sort()).toEqual(LANGUAGES.map(({ tag }) => tag));
  for (const words of Object.values(DONATION_WORDS)) {
    expect(words.raised).toContain("{raised}");
    expect(words.raised).toContain("{goal}");
    for (const word of Object.values(words)) expect(word).toMatch(/\S/);
  }
});
