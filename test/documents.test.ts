import { execFileSync, spawnSync } from "node:child_process";
import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { basename, dirname, join } from "node:path";
import { describe, expect, it } from "vitest";
import { readSettings } from "@/lib/env";
import { applyDiff, blocksOf } from "../scripts/document-blocks";
import { exampleEnv, settingNames } from "../scripts/example-env";

const folders = [".", "docs", "docs/decisions", "docs/providers", "emulator"];
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

describe("the ways through the code", () => {
  const agents = readFileSync("AGENTS.md", "utf8");
  const ways = agents.slice(0, agents.indexOf("## Map")).split(/^\*\*/m).slice(1);
  const filesOf = (way: string) => [...way.matchAll(/^\d+\. `([^`]+)`/gm)].map(([, path = ""]) => path);
  /** As imports name it: "@/lib/x" or, from the same folder or a provider's, "./x" and "../x". */
  const imports = (from: string, to: string) => {
    const specifiers = [...readFileSync(from, "utf8").matchAll(/from "([^"]+)"/g)].map(
      ([, specifier = ""]) => specifier,
    );
    const paths = specifiers.map((each) => (each.startsWith("@/") ? each.slice(2) : join(dirname(from), each)));
    return paths.includes(to.replace(/\.tsx?$/, ""));
  };

  /** The port of providers is a type, and leads to what is behind it. */
  const isProvider = (path: string) => imports(path, "lib/provider/provider.ts");

  it.each([
    ["A webhook", 16],
    ["A poll", 16],
    ["An amount", 22],
  ])("%s has no more than %i files, each met from one before it", (name, most) => {
    const files = filesOf(ways.find((way) => way.startsWith(name)) ?? "");
    expect(files.length).toBeGreaterThan(10);
    expect(files.length).toBeLessThanOrEqual(most);
    expect(new Set(files).size).toBe(files.length);
    const notMet = files.slice(1).filter((path, index) => {
      const isUrl = path.startsWith("app/");
      return !isUrl && !isProvider(path) && !files.slice(0, index + 1).some((earlier) => imports(earlier, path));
    });
    expect(notMet).toEqual([]);
  });
});

/** As GitHub makes it of a heading: its text in small letters, without marks, with hyphens for spaces. */
const anchorOf = (heading: string) =>
  heading
    .toLowerCase()
    .replace(/[^\p{L}\p{N} _-]/gu, "")
    .replaceAll(" ", "-");

const withoutBlocks = (text: string) => text.replace(/^( *)```[\s\S]*?^\1```$/gm, "");

/** What the first group finds in any document. */
const everywhere = (pattern: RegExp) =>
  documents.flatMap(({ path, text }) => [...text.matchAll(pattern)].map(([, found = ""]) => ({ path, found })));

describe("documents", () => {
  it("link to files and headings that exist", () => {
    const links = documents.flatMap(({ path, text }) =>
      [...withoutBlocks(text).matchAll(/\]\((?!https?:|mailto:)([^)\s]+)\)/g)].map(([, link = ""]) => ({ path, link })),
    );
    const broken = links.filter(({ path, link }) => {
      const [file = "", anchor] = link.split("#");
      const target = file === "" ? path : join(dirname(path), file);
      if (!existsSync(target)) return true;
      if (anchor === undefined) return false;
      const headings = [...withoutBlocks(readFileSync(target, "utf8")).matchAll(/^#+ (.+)$/gm)];
      return !headings.some(([, heading = ""]) => anchorOf(heading) === anchor);
    });
    expect(links.length).toBeGreaterThan(60);
    expect(broken).toEqual([]);
  });

  it("are all reached from their index", () => {
    const index = ["docs/README.md", "docs/decisions/README.md"].map((path) => readFileSync(path, "utf8")).join("\n");
    const pages = documents
      .map(({ path }) => path)
      .filter((path) => path.startsWith("docs/") && !path.endsWith("README.md"));
    expect(pages.filter((path) => !new RegExp(`[(/]${basename(path)}\\)`).test(index))).toEqual([]);
  });

  it("name files that exist", () => {
    const top = "app|bench|components|deploy|docs|e2e|emulator|lib|messages|postman|public|scripts|test";
    const named = everywhere(new RegExp(`\`((?:${top})/[^\`<>{}*\\s]*)\``, "g"));
    expect(named.length).toBeGreaterThan(50);
    expect(named.filter(({ found }) => !existsSync(found))).toEqual([]);
  });

  it("name commands that exist", () => {
    const { scripts } = JSON.parse(readFileSync("package.json", "utf8"));
    const commands = everywhere(/npm run ([a-z][\w:-]*)/g);
    expect(commands.length).toBeGreaterThan(20);
    expect(commands.filter(({ found }) => !Object.hasOwn(scripts, found))).toEqual([]);
  });

  it("name settings that exist", () => {
    const known = settingNames();
    const families = new RegExp(
      `\\b((?:${[...new Set(known.map((name) => name.split("_")[0]))].join("|")})_[A-Z0-9_]*[A-Z0-9])\\b`,
      "g",
    );
    const wrong = everywhere(families).filter(({ found }) => !known.includes(found));
    expect(wrong).toEqual([]);
  });
});

describe("blocks of documents", () => {
  const marked = documents.flatMap(({ path, text }) =>
    blocksOf(text).map((block, index, all) => ({ ...block, path, after: all[index + 1] })),
  );

  // Those of the guide change an app: `npm run test:fork` runs them.
  it.each(marked.filter(({ file, path }) => file === "run" && !path.endsWith("integrate.md")))(
    "print what they say: $path",
    ({ code, after }) => {
      expect(after?.language).toBe("text");
      expect(execFileSync("bash", ["-euc", code], { encoding: "utf8" })).toBe(after?.code);
    },
  );

  it("of the guide copy what exists, and change lines that are there", () => {
    const guide = marked.filter(({ path, file }) => path.endsWith("integrate.md") && file !== "");
    expect(guide.length).toBeGreaterThan(6);
    const written = new Map<string, string>();
    for (const { language, file, code } of guide) {
      if (file === "run") {
        for (const [, folder = "", names = ""] of code.matchAll(/\$from\/([\w/]*)\{([^}]+)\}/g)) {
          expect(names.split(",").filter((name) => !existsSync(join(folder, name)))).toEqual([]);
        }
      } else if (language === "diff") {
        written.set(file, applyDiff(written.get(file) ?? readFileSync(file, "utf8"), code));
      } else written.set(file, code);
    }
    expect(written.get("site.config.ts")).toContain("The Mug Shop");
  });

  it("of the guide type check", () => {
    const folder = mkdtempSync("test/guide-");
    try {
      const files = marked.filter(
        ({ path, file, language }) => path.endsWith("integrate.md") && file !== "" && /^tsx?$/.test(language),
      );
      for (const { file, code } of files) writeFileSync(join(folder, basename(file)), code);
      const compilerOptions = { noEmit: true, incremental: false, paths: { "@/*": ["../../*"] } };
      const config = {
        extends: "../../tsconfig.json",
        compilerOptions,
        include: ["*.ts", "*.tsx", "../../next-env.d.ts"],
      };
      writeFileSync(join(folder, "tsconfig.json"), JSON.stringify(config));
      const { status, stdout } = spawnSync("node_modules/.bin/tsc", ["-p", folder], { encoding: "utf8" });
      expect(stdout).toBe("");
      expect(status).toBe(0);
      expect(files.length).toBeGreaterThan(2);
    } finally {
      rmSync(folder, { recursive: true });
    }
  }, 60_000);
});
