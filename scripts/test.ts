/**
 * `npm test`: all suites, on real parts, and a last line that adds them up. `npm test -- money` runs only the unit and
 * contract tests with that word in their path or, if there are none, in their name.
 */
import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { withoutSettings } from "./example-env";
import { type Environment, next, run, tsx } from "./processes";
import { findChromium, findRedisServer } from "./system-programs";

type Count = { readonly passed: number; readonly failed: number };

const words = process.argv.slice(2);
if (words.length === 0) process.env.PLAYWRIGHT_CHROMIUM_PATH = findChromium();
findRedisServer();
const reports = mkdtempSync(join(tmpdir(), "checkout-test-"));
const suites: { name: string; count: Count; seconds: number }[] = [];

async function suite(name: string, body: () => Promise<Count>): Promise<Count> {
  console.log(`\n=== ${name}`);
  const started = Date.now();
  const count = await body();
  suites.push({ name, count, seconds: Math.round((Date.now() - started) / 1000) });
  return count;
}

/** A command that reports no tests counts as one. */
const command = (args: readonly string[], env?: Environment) => async (): Promise<Count> =>
  (await run(args, env)) === 0 ? { passed: 1, failed: 0 } : { passed: 0, failed: 1 };

/** A test runner that writes a JSON report. It may also fail without a failed test. */
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
    const { numPassedTests: passed, numFailedTests, numFailedTestSuites } = json(file);
    const failed = numFailedTests || numFailedTestSuites;
    // A word that no test has is a mistake, not a success.
    return { passed, failed: args.includes("-t") && passed === 0 ? Math.max(1, failed) : failed };
  });
}

function endToEndTests(): Promise<Count> {
  const file = join(reports, "playwright.json");
  process.env.PLAYWRIGHT_JSON_OUTPUT_NAME = file;
  return runner(["node_modules/playwright/cli.js", "test", "--reporter=list,json"], () => {
    const { expected, unexpected, flaky } = json(file).stats;
    return { passed: expected, failed: unexpected + flaky };
  });
}

function faults(): Promise<Count> {
  const file = join(reports, "faults.json");
  process.env.FAULTS_REPORT = file;
  return runner(tsx("scripts/faults.ts"), () => json(file));
}

if (words.length > 0) {
  await suite(`unit and contract tests: ${words.join(" ")}`, async () => {
    const byPath = await unitTests(["--passWithNoTests", ...words]);
    return byPath.passed + byPath.failed > 0 ? byPath : unitTests(["-t", words.join(" ")]);
  });
} else {
  await suite("types of routes", command(next("typegen")));
  await suite("types", command(["node_modules/typescript/bin/tsc", "--noEmit"]));
  await suite("lint", command(["node_modules/@biomejs/biome/bin/biome", "check", "."]));
  await suite("unused code", command(["node_modules/knip/bin/knip.js", "--no-progress", "--no-config-hints"]));
  await suite("unit and contract tests", () => unitTests([]));
  // As on a host where nothing is set yet.
  const build = await suite("build", command(next("build"), withoutSettings(process.env)));
  if (build.failed === 0) {
    await suite("weight of the pages", command(tsx("scripts/size.ts")));
    await suite("end to end", endToEndTests);
    await suite("smoke test", command(tsx("scripts/smoke.ts")));
    await suite("QA collection", command(tsx("scripts/postman.ts")));
    await suite("faults", faults);
  }
}
rmSync(reports, { recursive: true, force: true });

console.log("");
for (const { name, count, seconds } of suites) {
  const [passed, failed] = [String(count.passed).padStart(5), String(count.failed).padStart(4)];
  console.log(`${name.padEnd(26)} ${passed} passed ${failed} failed ${seconds} s`);
}
const total = (key: keyof Count) => suites.reduce((sum, { count }) => sum + count[key], 0);
console.log(`${total("passed")} passed, ${total("failed")} failed`);
process.exit(total("failed") === 0 ? 0 : 1);
