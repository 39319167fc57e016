/**
 * `npm run bench [-- PART...] [-- --orders=N]`: each part measures on this machine and stops by itself. Ratios are of
 * one run, in which the app and what it is compared with took turns. The table is printed and written to
 * `bench/results.json`.
 */
import { writeFileSync } from "node:fs";
import { cpus, totalmem } from "node:os";
import { join } from "node:path";
import { APP_FOLDER } from "@/scripts/processes";
import { type Figure, isReached } from "./figure";
import { benchPayers, benchTabs } from "./payers";
import { benchProcess } from "./process";
import { benchCreate, benchStatus, benchWebhook } from "./requests";
import { requireBuild } from "./rig";
import { benchRoundTrips } from "./round-trips";
import { benchStores } from "./stores";

export type BenchOptions = { readonly orders: number };

const PARTS: Record<string, (options: BenchOptions) => Promise<Figure[]>> = {
  create: benchCreate,
  status: benchStatus,
  webhook: benchWebhook,
  payers: benchPayers,
  tabs: benchTabs,
  redis: benchRoundTrips,
  process: benchProcess,
  stores: benchStores,
};

const names = process.argv.slice(2).filter((argument) => !argument.startsWith("--"));
const [orders = "1000000"] = process.argv.flatMap((argument) => argument.match(/^--orders=(\d+)$/)?.slice(1) ?? []);
const chosen = names.length === 0 ? Object.keys(PARTS) : names;
const unknown = chosen.find((name) => PARTS[name] === undefined);
if (unknown !== undefined) throw new Error(`There is no part "${unknown}", only: ${Object.keys(PARTS).join(", ")}.`);

for (const signal of ["SIGINT", "SIGTERM"] as const) process.once(signal, () => process.exit(1));
await requireBuild();
const figures: Figure[] = [];
for (const name of chosen) {
  console.log(`\n${name} ...`);
  const startedAt = performance.now();
  const found = (await PARTS[name]?.({ orders: Number(orders) })) ?? [];
  console.log(`${name}: ${Math.round((performance.now() - startedAt) / 1000)} s`);
  figures.push(...found);
  for (const each of found) console.log(lineOf(each));
}

const [{ model } = { model: "unknown" }] = cpus();
const machine = `${cpus().length} x ${model}, ${Math.round(totalmem() / 2 ** 30)} GB, Node ${process.version}, ${process.platform}`;
const measuredAt = new Date().toISOString();
console.log(`\n${measuredAt}, ${machine}\n`);
console.log(figures.map(lineOf).join("\n"));
const results = { measuredAt, machine, command: `npm run bench -- ${chosen.join(" ")}`, figures };
writeFileSync(join(APP_FOLDER, "bench/results.json"), `${JSON.stringify(results, null, 2)}\n`);

function lineOf(each: Figure): string {
  const { name, value, spread, wanted, seen } = each;
  const [lowest, highest] = spread.map(short);
  const goal =
    wanted === null ? "" : "atLeast" in wanted ? `>= ${short(wanted.atLeast)}` : `<= ${short(wanted.atMost)}`;
  const verdict = wanted === null ? "" : isReached(each) ? "ok" : "SHORT";
  const range = lowest === highest ? "" : `${lowest} to ${highest}`;
  return [
    name.padEnd(64),
    short(value).padStart(7),
    range.padStart(16),
    goal.padStart(9),
    verdict.padEnd(5),
    seen,
  ].join(" ");
}

function short(value: number): string {
  return Number.isInteger(value) ? String(value) : value.toPrecision(3);
}
