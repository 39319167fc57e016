/**
 * `npm run test:without-donation`: proves that the donation layer can be deleted. Copies this checkout, deletes the folder and
 * its line, and runs there what a fork would: types, lint, unit tests of what the layer touched, a build, the weight of
 * the pages against the core's limits, and the browser tests of payments.
 */
import { spawnSync } from "node:child_process";
import { readFileSync, rmSync, writeFileSync } from "node:fs";
import { basename, join } from "node:path";
import { findChromium } from "./system-programs";
import { copyTree } from "./tree-copy";

const FOLDER = "app/(donation)";
const LINE = /^.*\(donation\).*\n/m;

const copy = copyTree("core", { without: FOLDER });
const started = Date.now();
const failed: string[] = [];

/** What fails does not hide what comes after it. */
function run(command: string, args: readonly string[]): void {
  console.log(`\n=== ${[command, ...args].join(" ")}`);
  const env = { ...process.env, NEXT_TELEMETRY_DISABLED: "1", PLAYWRIGHT_CHROMIUM_PATH: findChromium() };
  const { status } = spawnSync(command, args, { cwd: copy, stdio: "inherit", env });
  if (status !== 0) failed.push([basename(command), ...args].join(" "));
}

try {
  // Lint reads what git ignores.
  run("git", ["init", "-q"]);
  const page = join(copy, "app/page.tsx");
  const text = readFileSync(page, "utf8");
  if (!LINE.test(text)) throw new Error("The line is not in app/page.tsx.");
  writeFileSync(page, text.replace(LINE, ""));

  const bin = (name: string, ...args: string[]) => run(join(copy, "node_modules/.bin", name), args);
  bin("next", "typegen");
  bin("tsc", "--noEmit");
  bin("biome", "check", ".");
  bin("vitest", "run", "components/", "messages/", "lib/web/", "test/borders", "test/documents", "test/dependencies");
  bin("next", "build");
  bin("tsx", "scripts/size.ts");
  bin("playwright", "test", "payment.spec", "payer-share", "payer-pay");
  const seconds = Math.round((Date.now() - started) / 1000);
  if (failed.length === 0) console.log(`\nThe core passes without the donation layer (${seconds} s).`);
  else console.error(`\nWithout the donation layer (${seconds} s) these fail:\n${failed.join("\n")}`);
} finally {
  rmSync(copy, { recursive: true, force: true });
}
process.exit(failed.length === 0 ? 0 : 1);
