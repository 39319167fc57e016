import { readdirSync, readFileSync } from "node:fs";
import { isBuiltin } from "node:module";
import { join } from "node:path";
import { expect, it } from "vitest";

/** With pnpm or Yarn a program gets only the packages that it declares itself. */

type Manifest = {
  readonly name: string;
  readonly scripts?: Record<string, string>;
  readonly dependencies?: Record<string, string>;
  readonly devDependencies?: Record<string, string>;
  readonly peerDependencies?: Record<string, string>;
  readonly bin?: string | Record<string, string>;
};

const manifestOf = (folder: string): Manifest => JSON.parse(readFileSync(`${folder}/package.json`, "utf8"));
const root = manifestOf(".");
const runtime = Object.keys(root.dependencies ?? {});
const declared = [...runtime, ...Object.keys(root.devDependencies ?? {})];

const folders = readdirSync(".", { withFileTypes: true }).filter(({ name }) => !/^\.|^node_modules$/.test(name));
const files = folders
  .flatMap((entry) =>
    entry.isDirectory()
      ? readdirSync(entry.name, { recursive: true, encoding: "utf8" }).map((name) => join(entry.name, name))
      : [entry.name],
  )
  .map((path) => path.replaceAll("\\", "/"))
  .filter((path) => /(?<!\.d)\.(tsx?|mts|mjs)$/.test(path) && !path.includes("node_modules"));

/** Also of imports that span lines; those inside a string of a test are indented or escaped there. */
function packagesOf(file: string): string[] {
  const text = readFileSync(file, "utf8");
  const statements = /^(?:import|export)\s(?:[^;"]*?\sfrom\s)?\s*"([^"]+)"|\bimport\(\s*"([^"]+)"\s*\)/gm;
  const specifiers = [...text.matchAll(statements)].map(([, stated, dynamic]) => stated ?? dynamic ?? "");
  return specifiers
    .filter((specifier) => !/^[./]|^@\//.test(specifier) && !isBuiltin(specifier))
    .map((specifier) => specifier.split("/", specifier.startsWith("@") ? 2 : 1).join("/"));
}

const isTest = (file: string) => /\.(test|spec|suite)\.tsx?$|\/test-support\//.test(file);
const inEmulator = (file: string) => file.startsWith("emulator/");
const importedBy = (list: readonly string[]) => [...new Set(list.flatMap(packagesOf))];
const ownFiles = files.filter((file) => !inEmulator(file));

it("the app imports only dependencies", () => {
  const shipped = /^(app|components|lib|messages)\/|^(proxy|instrumentation|on-paid|site\.config)\.ts$|^next\.config/;
  const imported = importedBy(ownFiles.filter((file) => shipped.test(file) && !isTest(file)));
  expect(imported.length).toBeGreaterThan(8);
  expect(imported.filter((name) => !runtime.includes(name))).toEqual([]);
});

it("tests and scripts import only what is declared", () => {
  const names = importedBy(files.filter((file) => !inEmulator(file) || isTest(file)));
  expect(names.filter((name) => !declared.includes(name) && name !== "allscale-emulator")).toEqual([]);
});

it("the emulator declares what it imports", () => {
  const { name, dependencies, devDependencies } = manifestOf("emulator");
  const own = [name, ...Object.keys({ ...dependencies, ...devDependencies })];
  const imported = importedBy(files.filter((file) => inEmulator(file) && !isTest(file)));
  expect(imported.filter((each) => !own.includes(each))).toEqual([]);
});

it("every declared package is imported, run, or needed by one that is", () => {
  const imported = importedBy(ownFiles);
  const commands = Object.values(root.scripts ?? {})
    .join(" ")
    .split(/\s+/);
  const runs = (name: string) => {
    const { bin = {} } = manifestOf(`node_modules/${name}`);
    return Object.keys(typeof bin === "string" ? { [name]: bin } : bin).some((each) => commands.includes(each));
  };
  const peers = imported.flatMap((name) => Object.keys(manifestOf(`node_modules/${name}`).peerDependencies ?? {}));
  const typed = [...imported, ...peers, "node"].map((name) => `@types/${name}`);
  const used = [...imported, ...peers, ...typed];
  expect(declared.filter((name) => !used.includes(name) && !runs(name))).toEqual([]);
});

it("the ADR names every package, and no other", () => {
  const adr = readFileSync("docs/decisions/0006-dependencies.md", "utf8");
  const named = [...adr.matchAll(/^\| (?!package|---)([^|]+) \|/gm)].flatMap(([, names = ""]) => names.split(", "));
  expect(named.toSorted()).toEqual(declared.toSorted());
});

it("the lock file has no download addresses", () => {
  expect(readFileSync("package-lock.json", "utf8")).not.toMatch(/"resolved": "http/);
});
