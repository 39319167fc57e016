/** Runs all cases, three at a time where they measure nothing; see `scripts/faults.ts` for how it is started. */
import { randomInt } from "node:crypto";
import { parseArgs } from "node:util";
import type { Case } from "./case";
import { CASES } from "./cases";
import { Report } from "./report";
import { inParallel } from "./shop";
import { FULL, SHORT } from "./sizes";

const { values } = parseArgs({
  options: { full: { type: "boolean" }, only: { type: "string" }, seed: { type: "string" } },
});
const sizes = values.full ? FULL : SHORT;
const seed = values.seed === undefined ? randomInt(2 ** 31) : Number(values.seed);
const report = new Report();
const only = values.only?.split(",");
const chosen = CASES.filter(({ name }) => only === undefined || only.some((part) => name.includes(part)));
if (chosen.length === 0) throw new Error(`There is no case named ${values.only}.`);
report.progress(`seed ${seed}, ${values.full ? "full" : "short"} setting`);

async function runCase({ name, run }: Case): Promise<void> {
  report.progress(name);
  let timer: NodeJS.Timeout | undefined;
  const late = new Promise<never>((_, reject) => {
    timer = setTimeout(() => reject(new Error(`Not done after ${sizes.caseLimitMs} ms.`)), sizes.caseLimitMs);
  });
  const error = await Promise.race([run({ report, sizes, seed }), late]).then(
    () => null,
    (reason: unknown) => reason,
  );
  clearTimeout(timer);
  report.check(`${name} ran to its end`, error === null, error instanceof Error ? (error.stack ?? "") : String(error));
  report.progress(`${name} done`);
}

// Most of them wait for limits to pass, and each has a shop of its own.
await inParallel(
  chosen.filter(({ measures }) => !measures),
  3,
  runCase,
);
for (const each of chosen.filter(({ measures }) => measures)) await runCase(each);
// Ends what a case that was given up may have left running, too: each child is bound to the exit of this process.
process.exit(report.close());
