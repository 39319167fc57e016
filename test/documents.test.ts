import { existsSync, readdirSync, readFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { describe, expect, it } from "vitest";
import { readSettings } from "@/lib/env";
import { exampleEnv, settingNames } from "../scripts/example-env";

const folders = [".", "docs", "docs/decisions", "docs/providers"];
const documents = folders
  .flatMap((folder) => readdirSync(folder).map((name) => join(folder, name)))
  .filter((path) => path.endsWith(".md"))
  .map((path) => ({ path, text: readFileSync(path, "utf8") }));

describe("settings", () => {
  /** The names that the code asks an environment for. */
  function namesRead(values: Readonly<Record<string, string | undefined>>, otherwise?: string): string[] {
    const names = new Set<string>();
    const get = (_: object, name: string) => {
      names.add(name);
      return values[name] ?? otherwise;
    };
    readSettings(new Proxy({}, { get }));
    return [...names];
  }

  // Some are only read when another is set.
  const read = new Set([...namesRead({}), ...namesRead({}, "x"), ...namesRead(exampleEnv())]);
  const ofTheHost = /^(PORT|VERCEL\w*|AWS_\w+|NETLIFY|CF_PAGES|K_SERVICE|FUNCTIONS_\w+)$/;
  const ours = [...read].filter((name) => !ofTheHost.test(name));

  it("are all in .env.example, which has no other", () => {
    expect(ours.length).toBeGreaterThan(15);
    expect(settingNames().toSorted()).toEqual(ours.toSorted());
  });

  it("are all in the README's table", () => {
    const readme = documents.find(({ path }) => path === "README.md")?.text ?? "";
    const table = readme.slice(readme.indexOf("## Settings"), readme.indexOf("## Commands"));
    // Those of a provider that is not the default are named on its own page.
    const pages = documents.filter(({ path }) => path.startsWith("docs/providers/")).map(({ text }) => text);
    const named = [table, ...pages].join("\n");
    expect(ours.filter((name) => !named.includes(name))).toEqual([]);
  });

  it("of .env.example are right as they are", () => {
    expect(readSettings(exampleEnv()).problems).toEqual([]);
  });
});

it("documents name files that exist", () => {
  const top = "app|components|docs|e2e|emulator|lib|messages|public|scripts|test";
  const inCode = new RegExp(`\`((?:${top})/[^\`<>{}*\\s]*)\``, "g");
  const missing = documents.flatMap(({ path, text }) => {
    const links = [...text.matchAll(/\]\((?!https?:)([^)#]+)/g)].map(([, link = ""]) => join(dirname(path), link));
    const named = [...text.matchAll(inCode)].map(([, name = ""]) => name);
    return [...links, ...named].filter((name) => !existsSync(name)).map((name) => `${path}: ${name}`);
  });
  expect(documents.length).toBeGreaterThan(10);
  expect(missing).toEqual([]);
});
