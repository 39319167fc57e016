/**
 * `npm run test:without-providers [-- --keep=NAME] [-- --quick]`: proves that any three of the providers can be
 * deleted. For each provider, or the one that is named, it copies this checkout, deletes the folders of the others with
 * their lines in the registries, and runs there what a fork would: types, lint, unit tests and a build. `--quick`
 * leaves the last two out.
 *
 * Tests and tools that are about a deleted provider go with it. No file of the app may be among them.
 */
import { execFileSync } from "node:child_process";
import { existsSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { dirname, join, normalize } from "node:path";
import { parseArgs } from "node:util";
import { tryDeletion } from "./deletion";
import { APP_FOLDER } from "./processes";

const REGISTRIES = [
  "lib/provider/registry.ts",
  "emulator/providers.ts",
  "test/providers/benches.ts",
  "test/faults/cases.ts",
];
/** What holds the documents and vectors of all providers. */
const OF_ALL = ["test/documents.test.ts", "test/vectors.test.ts"];
const DEFAULT = "allscale";
/** They name providers only to find their names, or their secrets, where none may be. */
const NAMES_ARE_FORBIDDEN = [
  "components/order/order-words.test.ts",
  "emulator/core/toy-provider.test.ts",
  "scripts/smoke/pages.ts",
];
const TOOL = /^(e2e|test|bench|scripts|emulator|postman)\/|\.(test|spec)\.tsx?$/;
/** Names that are no provider's: a setting that is a contract, and packages. */
const NOT_A_PROVIDER = /ALLSCALE_CURRENCY|allscale-(checkout|emulator|trigger)/g;

const { values } = parseArgs({ options: { keep: { type: "string" }, quick: { type: "boolean", default: false } } });
const folders = readdirSync(join(APP_FOLDER, "lib/provider"), { withFileTypes: true });
const all = folders.filter((entry) => entry.isDirectory()).map(({ name }) => name);
const kept = all.filter((name) => values.keep === undefined || values.keep === name);
if (kept.length === 0) throw new Error(`--keep takes one of ${all.join(", ")}.`);

const failed = kept.flatMap((name) =>
  tryDeletion(`only-${name}`, {
    edit: (copy) =>
      deleteProviders(
        copy,
        all.filter((each) => each !== name),
      ),
    check({ bin }) {
      bin("next", "typegen");
      bin("tsc", "--noEmit");
      bin("biome", "check", ".");
      if (values.quick) return;
      bin("vitest", "run");
      bin("next", "build");
    },
  }),
);
process.exit(failed.length === 0 ? 0 : 1);

function deleteProviders(copy: string, names: readonly string[]): void {
  const listed = () =>
    execFileSync("git", ["ls-files", "-co", "--exclude-standard"], { cwd: copy, encoding: "utf8" })
      .split("\n")
      .filter((path) => path !== "" && existsSync(join(copy, path)));
  const read = (path: string) => readFileSync(join(copy, path), "utf8");
  const remove = (path: string) => rmSync(join(copy, path), { recursive: true, force: true });
  const before = new Set(listed());

  for (const name of names) {
    for (const folder of ["lib/provider", "emulator"]) remove(`${folder}/${name}`);
    remove(`docs/providers/${name}.md`);
    for (const path of REGISTRIES) {
      const isImport = RegExp(String.raw`^import .*\b${name}\w*\b.*\n`, "gm");
      const isEntry = RegExp(String.raw`(\.\.\.)?\b${name}\w*\b(: entry\(\w+\))?,?[ ]?`, "g");
      writeFileSync(join(copy, path), read(path).replace(isImport, "").replace(isEntry, ""));
    }
    const settings = RegExp(String.raw`^#? ?${name.toUpperCase()}_(?!CURRENCY).*\n`, "gm");
    writeFileSync(join(copy, ".env.example"), read(".env.example").replace(settings, ""));
  }

  const benches = "test/providers/benches.ts";
  if (/= \[\s*\];/.test(read(benches))) remove(benches);
  // `.env.example` is the setup of the default.
  const isDefaultGone = names.includes(DEFAULT);
  const isAbout = (path: string) =>
    OF_ALL.includes(path) ||
    (isDefaultGone && read(path).includes("exampleEnv(")) ||
    RegExp(names.join("|"), "i").test(`${path}\n${read(path)}`.replace(NOT_A_PROVIDER, ""));
  const isGone = (path: string) => before.has(path) && !existsSync(join(copy, path));
  const importsGone = (path: string) =>
    importsOf(path, read(path)).some((each) => ["", ".ts", ".tsx", ".mts"].some((end) => isGone(each + end)));
  const isExempt = (path: string) => REGISTRIES.includes(path) || NAMES_ARE_FORBIDDEN.includes(path);
  for (let gone = [""]; gone.length > 0; ) {
    const tools = listed().filter((path) => /\.m?tsx?$/.test(path) && TOOL.test(path));
    gone = tools.filter((path) => (!isExempt(path) && isAbout(path)) || importsGone(path));
    for (const path of gone) remove(path);
    const tests = gone.filter(isTest);
    if (tests.length > 0) console.log(`About a deleted provider: ${tests.join(", ")}`);
  }
  // As an editor does when a file is saved.
  const biome = join(copy, "node_modules/.bin/biome");
  execFileSync(biome, ["check", "--write", ...REGISTRIES.filter((path) => existsSync(join(copy, path)))], {
    cwd: copy,
  });
  console.log(
    `Without ${names.join(", ")}, ${listed().filter(isTest).length} of ${[...before].filter(isTest).length} files of unit tests are left.`,
  );
}

function isTest(path: string): boolean {
  return path.endsWith(".test.ts") || path.endsWith(".test.tsx");
}

/** Of this checkout, as paths from its root. */
function importsOf(path: string, text: string): string[] {
  const specifiers = [...text.matchAll(/(?:from|import)\s*\(?\s*"([^"]+)"/g)].map(([, specifier = ""]) => specifier);
  return specifiers.flatMap((specifier) => {
    if (specifier.startsWith("@/")) return [specifier.slice(2)];
    return specifier.startsWith(".") ? [normalize(join(dirname(path), specifier))] : [];
  });
}
