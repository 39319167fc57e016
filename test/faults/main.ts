/** Runs every case one after the other; see `scripts/faults.ts` for how it is started. */
import { randomInt } from "node:crypto";
import { parseArgs } from "node:util";
import { CASES } from "./cases";
import { Report } from "./report";
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

for (const { name, run } of chosen) {
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
}
// Ends what a case that was given up may have left running, too: each child is bound to the exit of this process.
process.exit(report.close());
