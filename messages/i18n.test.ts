import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { siteConfig } from "@/site.config";
import { LANGUAGES, MESSAGES } from "./catalogue";
import { findLanguage } from "./choose-language";
import { wordsIn } from "./words";

type Tree = { readonly [key: string]: string | Tree };

function leaves(tree: Tree, prefix = ""): Map<string, string> {
  const found = Object.entries(tree).flatMap(([key, value]): [string, string][] =>
    typeof value === "string" ? [[prefix + key, value]] : [...leaves(value, `${prefix}${key}.`)],
  );
  return new Map(found);
}

/** The values that a sentence takes, such as "{min}". */
function values(sentence: string): string[] {
  return [...new Set(sentence.match(/\{\w+/g))].sort();
}

const english = leaves(wordsIn("en").messages);

describe.each(LANGUAGES)("the words in $tag", ({ tag, name }) => {
  const words = leaves(wordsIn(tag).messages);

  it("are all there, and no others", () => expect([...words.keys()]).toEqual([...english.keys()]));

  it("say something each, and take the same values as in English", () => {
    for (const [key, sentence] of words) {
      expect(sentence.trim(), key).toMatch(/./);
      expect(values(sentence), key).toEqual(values(english.get(key) ?? ""));
    }
  });

  it("are named for the reader and known to Intl", () => {
    expect(name).not.toBe("");
    expect(Intl.NumberFormat.supportedLocalesOf(tag)).toEqual([tag]);
  });
});

/** Everything that could use a word. */
const source = ["app", "components"]
  .flatMap((folder) => readdirSync(folder, { recursive: true, encoding: "utf8" }).map((name) => join(folder, name)))
  .filter((path) => /\.tsx?$/.test(path) && !path.endsWith(".test.ts"))
  .map((path) => readFileSync(path, "utf8"))
  .join("\n");

/** The groups that client code gets whole and reads by name; all other words are asked for by their full key. */
const PASSED_ON = /^(form|payment|steps|receipt|broken)\.(\w+)$/;
const BY_PATTERN = /^(problems|states|attention)\./;

function isUsed(key: string): boolean {
  const [, , name] = PASSED_ON.exec(key) ?? [];
  if (source.includes(`t("${key}"`) || BY_PATTERN.test(key)) return true;
  return name !== undefined && new RegExp(`words(\\.\\w+)*\\.${name}\\b`).test(source);
}

it("no word is there that no page uses", () => {
  expect([...english.keys()].filter((key) => key !== "language" && !isUsed(key))).toEqual([]);
});

it("words that are passed on whole need no formatting", () => {
  for (const [key, sentence] of english) {
    if (PASSED_ON.test(key) && !/\.(contact|submitAmount)$/.test(key)) expect(sentence).not.toMatch(/[{}'<]/);
  }
});

it("the merchant's own language is a language", () => {
  expect(findLanguage(siteConfig.locale, [...MESSAGES.keys()])).toBeDefined();
});
