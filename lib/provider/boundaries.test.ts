import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { expect, test } from "vitest";
import { PROVIDERS } from "./registry";

const here = "lib/provider";
const folders = readdirSync(here, { withFileTypes: true }).filter((entry) => entry.isDirectory());
/** Of the folders, and what they share. */
const sources = ["", ...folders.map(({ name }) => name)].flatMap((folder) =>
  readdirSync(join(here, folder))
    .filter((file) => file.endsWith(".ts") && !file.endsWith(".test.ts") && file !== "registry.ts")
    .map((file) => join(here, folder, file)),
);

/** What a provider may import, so that it can be copied into another program and run on any runtime. */
const ALLOWED =
  /^(\.\.?\/|zod$|lossless-json$|@\/lib\/(assert-never$|settings$|money\/|orders\/(order|status|observation)$))/;

test("every provider of the registry is a folder, and every folder is a provider", () => {
  expect(folders.map(({ name }) => name).toSorted()).toEqual(PROVIDERS.map(({ name }) => name).toSorted());
});

test.each(sources)("%s is portable", (path) => {
  const text = readFileSync(path, "utf8");
  const imported = [...text.matchAll(/\bfrom\s+"([^"]+)"|\bimport\s*\(?\s*"([^"]+)"/g)].map((m) => m[1] ?? m[2] ?? "");
  expect(imported.filter((specifier) => !ALLOWED.test(specifier))).toEqual([]);
  expect(imported.filter((specifier) => /^\.\.\/[^.]+\//.test(specifier))).toEqual([]);
  expect(text).not.toMatch(/process\.|\bBuffer\b|require\(|__dirname|Math\.random/);
});
