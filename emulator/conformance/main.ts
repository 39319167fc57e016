/** Judges any implementation over HTTP; the second pair is another account. Exit code 1 when a promise is not kept. */
import { casesFor } from "./suite";

const [baseUrl = "", apiKey = "", apiSecret = "", otherKey, otherSecret] = process.argv.slice(2);
if (apiSecret === "") {
  console.error("Usage: main.ts URL KEY SECRET [KEY SECRET]");
  process.exit(2);
}
const merchant = { baseUrl, apiKey, apiSecret };
const isPair = otherKey !== undefined && otherSecret !== undefined;
const target = { merchant, ...(isPair && { neighbour: { baseUrl, apiKey: otherKey, apiSecret: otherSecret } }) };
for (const { section, name, run } of casesFor(target)) {
  try {
    await run(target);
    console.log(`kept    ${section} ${name}`);
  } catch (error) {
    console.log(`BROKEN  ${section} ${name}\n${error instanceof Error ? error.message : String(error)}`);
    process.exitCode = 1;
  }
}
