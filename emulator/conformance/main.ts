/**
 * Judges any implementation over plain HTTP: `npx tsx emulator/conformance/main.ts URL KEY SECRET [KEY SECRET]`, with the
 * second pair for another account. One line for each promise; exit code 1 when one is not kept.
 */
import { casesFor } from "./suite";

const [baseUrl, apiKey, apiSecret, otherKey, otherSecret] = process.argv.slice(2);
if (baseUrl === undefined || apiKey === undefined || apiSecret === undefined) {
  console.error("Usage: main.ts URL KEY SECRET [KEY SECRET]");
  process.exit(2);
}
const neighbour =
  otherKey === undefined || otherSecret === undefined ? null : { apiKey: otherKey, apiSecret: otherSecret };
const target = {
  merchant: { baseUrl, apiKey, apiSecret },
  ...(neighbour !== null && { neighbour: { baseUrl, ...neighbour } }),
};
for (const { section, name, run } of casesFor(target)) {
  const problem = await run(target).then(
    () => null,
    (error: unknown) => (error instanceof Error ? error.message : String(error)),
  );
  console.log(`${problem === null ? "kept  " : "BROKEN"}  ${section} ${name}${problem === null ? "" : `\n${problem}`}`);
  if (problem !== null) process.exitCode = 1;
}
