import { benchStores } from "./stores";

/** `npm run bench [-- PART...] [-- --orders=N]`: each part measures on this machine and prints ratios of one run. */
const PARTS: Record<string, (options: BenchOptions) => Promise<void>> = { stores: benchStores };

export type BenchOptions = { readonly orders: number };

const names = process.argv.slice(2).filter((argument) => !argument.startsWith("--"));
const [orders = "1000000"] = process.argv.flatMap((argument) => argument.match(/^--orders=(\d+)$/)?.slice(1) ?? []);
for (const name of names.length === 0 ? Object.keys(PARTS) : names) {
  const part = PARTS[name];
  if (part === undefined) throw new Error(`There is no part "${name}", only: ${Object.keys(PARTS).join(", ")}.`);
  await part({ orders: Number(orders) });
}
