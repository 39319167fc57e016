/**
 * `npm test`: everything, on real parts. Closes with one line that adds up all suites. `npm test -- money`: only the unit and
 * contract tests with that word in their path, or else in their name.
 */
import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { next, run } from "./processes";
import { findChromium, findRedisServer } from "./system-programs";

type Count = { readonly passed: number; readonly failed: number };

const words = process.argv.slice(2);
if (words.length === 0) process.env.PLAYWRIGHT_CHROMIUM_PATH = findChromium();
findRedisServer();
const reports = mkdtempSync(join(tmpdir(), "checkout-test-"));
const rows: [string, Count, number][] = [];

async function suite(name: string, body: () => Promise<Count>): Promise<Count> {
  console.log(`\n=== ${name}`);
  const started = Date.now();
  const count = await body();
  rows.push([name, count, Date.now() - started]);
  return count;
}

/** A command without tests of its own counts as one. */
const command = (args: readonly string[]) => async (): Promise<Count> =>
  (await run(args)) === 0 ? { passed: 1, failed: 0 } : { passed: 0, failed: 1 };

/** A runner that writes a report; one that fails without a failed test has failed all the same. */
async function runner(args: readonly string[], read: () => Count): Promise<Count> {
  const code = await run(args);
  let count: Count = { passed: 0, failed: 0 };
  try {
    count = read();
  } catch {
    console.error("The test runner left no report.");
  }
  return code !== 0 && count.failed === 0 ? { ...count, failed: 1 } : count;
}

const json = (file: string) => JSON.parse(readFileSync(file, "utf8"));

function unitTests(args: readonly string[]): Promise<Count> {
  const file = join(reports, "vitest.json");
  const reporters = ["--reporter=default", "--reporter=json", `--outputFile=${file}`];
  return runner(["node_modules/vitest/vitest.mjs", "run", ...reporters, ...args], () => {
    const { numPassedTests, numFailedTests, numFailedTestSuites } = json(file);
    const failed = numFailedTests || numFailedTestSuites;
    // A word that no test has is a mistake, not a success.
    return {
      passed: numPassedTests,
      failed: args.includes("-t") && numPassedTests === 0 ? Math.max(1, failed) : failed,
    };
  });
}

async function everything(): Promise<void> {
  await suite("types of routes", command(next("typegen")));
  await suite("types", command(["node_modules/typescript/bin/tsc", "--noEmit"]));
  await suite("lint", command(["node_modules/@biomejs/biome/bin/biome", "check", "."]));
  await suite("unit and contract tests", () => unitTests([]));
  const build = await suite("build", command(next("build")));
  if (build.failed > 0) return;
  await suite("weight of the pages", command(["node_modules/tsx/dist/cli.mjs", "scripts/size.ts"]));
  await suite("end to end", () => {
    const file = join(reports, "playwright.json");
    process.env.PLAYWRIGHT_JSON_OUTPUT_NAME = file;
    return runner(["node_modules/playwright/cli.js", "test", "--reporter=list,json"], () => {
      const { expected, unexpected, flaky } = json(file).stats;
      return { passed: expected, failed: unexpected + flaky };
    });
  });
  await suite("faults", () => {
    const file = join(reports, "faults.json");
    process.env.FAULTS_REPORT = file;
    return runner(["node_modules/tsx/dist/cli.mjs", "scripts/faults.ts"], () => json(file));
  });
}

if (words.length > 0) {
  await suite(`unit and contract tests: ${words.join(" ")}`, async () => {
    const byPath = await unitTests(["--passWithNoTests", ...words]);
    return byPath.passed + byPath.failed > 0 ? byPath : unitTests(["-t", words.join(" ")]);
  });
} else {
  await everything();
}
rmSync(reports, { recursive: true, force: true });

console.log("");
for (const [name, { passed, failed }, ms] of rows) {
  console.log(
    `${name.padEnd(26)} ${String(passed).padStart(5)} passed ${String(failed).padStart(4)} failed ${Math.round(ms / 1000)} s`,
  );
}
const passed = rows.reduce((sum, [, count]) => sum + count.passed, 0);
const failed = rows.reduce((sum, [, count]) => sum + count.failed, 0);
console.log(`${passed} passed, ${failed} failed`);
process.exit(failed === 0 ? 0 : 1);
