import { readdirSync, readFileSync } from "node:fs";
import { isBuiltin } from "node:module";
import { join } from "node:path";
import { expect, it } from "vitest";

/** What knip, which is part of lint, does not see: it takes a package of development for a package of the app. */

type Manifest = { readonly dependencies: Record<string, string>; readonly devDependencies: Record<string, string> };

const manifest: Manifest = JSON.parse(readFileSync("package.json", "utf8"));
const shipped = Object.keys(manifest.dependencies);
const declared = [...shipped, ...Object.keys(manifest.devDependencies)];

/** Also of imports that span lines. */
function packagesOf(file: string): string[] {
  const text = readFileSync(file, "utf8");
  const statements = /^(?:import|export)\s(?:[^;"]*?\sfrom\s)?\s*"([^"]+)"|\bimport\(\s*"([^"]+)"\s*\)/gm;
  const specifiers = [...text.matchAll(statements)].map(([, stated, dynamic]) => stated ?? dynamic ?? "");
  return specifiers
    .filter((specifier) => !/^[./]|^@\//.test(specifier) && !isBuiltin(specifier))
    .map((specifier) => specifier.split("/", specifier.startsWith("@") ? 2 : 1).join("/"));
}

it("the app imports only dependencies", () => {
  const inFolders = ["app", "components", "lib", "messages"].flatMap((folder) =>
    readdirSync(folder, { recursive: true, encoding: "utf8" }).map((name) => join(folder, name)),
  );
  const files = [...inFolders, "proxy.ts", "instrumentation.ts", "on-paid.ts", "site.config.ts", "next.config.mjs"];
  const own = files.filter((file) => /\.(tsx?|mjs)$/.test(file) && !/\.(test|spec|suite)\.|test-support/.test(file));
  const imported = [...new Set(own.flatMap(packagesOf))];
  expect(imported.length).toBeGreaterThan(8);
  expect(imported.filter((name) => !shipped.includes(name))).toEqual([]);
});

it("the ADR names every package, and no other", () => {
  const adr = readFileSync("docs/decisions/0006-dependencies.md", "utf8");
  const named = [...adr.matchAll(/^\| (?!package|---)([^|]+) \|/gm)].flatMap(([, names = ""]) => names.split(", "));
  expect(named.toSorted()).toEqual(declared.toSorted());
});

it("the lock file has no download addresses", () => {
  expect(readFileSync("package-lock.json", "utf8")).not.toMatch(/"resolved": "http/);
});
