import { readdirSync, readFileSync } from "node:fs";
import { expect, test } from "vitest";

const here = new URL(".", import.meta.url);
const sources = readdirSync(here).filter((name) => name.endsWith(".ts") && !name.endsWith(".test.ts"));

/** What the folder may import, so that it can be copied into another program and run on any runtime. */
const ALLOWED = /^(\.\.?\/|zod$|@\/lib\/(assert-never$|settings$|money\/|orders\/(order|status|observation)$))/;

test("the folder has sources to look at", () => {
  expect(sources).toContain("client.ts");
});

test.each(sources)("%s is portable", (name) => {
  const text = readFileSync(new URL(name, here), "utf8");
  const imported = [...text.matchAll(/\bfrom\s+"([^"]+)"|\bimport\s*\(?\s*"([^"]+)"/g)].map((m) => m[1] ?? m[2] ?? "");
  expect(imported.filter((specifier) => !ALLOWED.test(specifier))).toEqual([]);
  expect(text).not.toMatch(/process\.|\bBuffer\b|require\(|__dirname|Math\.random/);
});
