/**
 * `npm run test:sabotage`: proves that the smoke test and the QA collection notice what they are for. Builds the app as
 * it is, which has to pass both, and once with each fault of `sabotages.ts`, which has to fail both, each for that
 * fault.
 */
import { spawnSync } from "node:child_process";
import { readFileSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { withoutSettings } from "./example-env";
import { next, tsx } from "./processes";
import { SABOTAGES, type Sabotage, sabotaged } from "./sabotages";
import { copyTree } from "./tree-copy";

const started = Date.now();
const copy = copyTree("sabotage");
const junit = join(copy, "smoke.xml");
const newman = join(copy, "newman.json");
const problems: string[] = [];
/** Of the last command that failed. */
let output = "";

function run(args: readonly string[]): number | null {
  const env = { ...process.env, ...withoutSettings({}), NEXT_TELEMETRY_DISABLED: "1" };
  const { status, stdout, stderr } = spawnSync(process.execPath, args, { cwd: copy, env, encoding: "utf8" });
  if (status !== 0) output = `${stdout}${stderr}`;
  return status;
}

/** What failed, by its name. Null where the command did not get to its report. */
function failures(args: readonly string[], report: string, read: (text: string) => string[]): string[] | null {
  rmSync(report, { force: true });
  const status = run(args);
  try {
    const failed = read(readFileSync(report, "utf8"));
    return (status === 0) === (failed.length === 0) ? failed : null;
  } catch {
    return null;
  }
}

const smoke = () =>
  failures(tsx("scripts/smoke.ts", "--junit", junit), junit, (xml) =>
    [...xml.matchAll(/ name="([\w-]+): [^"]*" time="[\d.]+"><failure/g)].map(([, id = ""]) => id),
  );

type NewmanReport = { readonly run: { readonly failures: readonly { readonly source: { readonly name: string } }[] } };

const postman = () =>
  failures(tsx("scripts/postman.ts", "--reporters", "json", "--reporter-json-export", newman), newman, (json) =>
    (JSON.parse(json) as NewmanReport).run.failures.map(({ source }) => source.name),
  );

function judge(what: string, tool: string, failed: string[] | null, expected: string | null): void {
  const isRight = failed !== null && (expected === null ? failed.length === 0 : failed.includes(expected));
  const seen =
    failed === null
      ? `broke off:\n${output}`
      : failed.length === 0
        ? "passed"
        : `failed: ${[...new Set(failed)].join(", ")}`;
  console.log(`${isRight ? "ok    " : "WRONG "} ${what}: ${tool} ${seen}`);
  if (!isRight) problems.push(`${what}: ${tool}`);
}

function tryOut(sabotage: Sabotage | null): void {
  const what = sabotage?.name ?? "as it is";
  if (run(next("build")) !== 0) {
    problems.push(`${what}: no build`);
    console.error(`WRONG  ${what}: it could not be built\n${output}`);
    return;
  }
  judge(what, "the smoke test", smoke(), sabotage?.smoke ?? null);
  judge(what, "the collection", postman(), sabotage?.postman ?? null);
}

try {
  tryOut(null);
  for (const sabotage of SABOTAGES) {
    const path = join(copy, sabotage.path);
    const text = readFileSync(path, "utf8");
    writeFileSync(path, sabotaged(text, sabotage));
    tryOut(sabotage);
    writeFileSync(path, text);
  }
} finally {
  rmSync(copy, { recursive: true, force: true });
}
const seconds = Math.round((Date.now() - started) / 1_000);
console.log(
  `\n${problems.length === 0 ? "Each fault was noticed by both" : `Not as it should be: ${problems.join("; ")}`} (${seconds} s).`,
);
process.exit(problems.length === 0 ? 0 : 1);
