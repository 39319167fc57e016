import axe, { type Result } from "axe-core";
import type { Page } from "playwright/test";
import { expect } from "./fixtures";

const COLORS = [
  { colorScheme: "light", forcedColors: "none", contrast: "no-preference" },
  { colorScheme: "dark", forcedColors: "none", contrast: "no-preference" },
  { colorScheme: "dark", forcedColors: "none", contrast: "more" },
  { colorScheme: "light", forcedColors: "active", contrast: "no-preference" },
] as const;

export async function expectAccessible(page: Page): Promise<void> {
  // What is folded counts too.
  await page.locator("details").evaluateAll((all) => all.map((one) => one.setAttribute("open", "")));
  // Once for all colors: loading it takes longer than a run.
  await page.evaluate(axe.source);
  for (const colors of COLORS) {
    await page.emulateMedia(colors);
    const violations = await page.evaluate<Result[]>("axe.run().then(({ violations }) => violations)");
    expect(violations.map(({ id, nodes }) => [id, nodes.map(({ html }) => html)])).toEqual([]);
  }
  await page.emulateMedia(COLORS[0]);
}

/** On the narrowest phone, with text at twice its size, everything stays within the width of the screen. */
export async function expectToFit(page: Page): Promise<void> {
  await page.setViewportSize({ width: 320, height: 640 });
  await page.evaluate(() => {
    document.documentElement.style.fontSize = "200%";
  });
  const widths = await page.evaluate(() => [document.documentElement.scrollWidth, innerWidth]);
  expect(widths[0]).toBeLessThanOrEqual(Number(widths[1]));
}
