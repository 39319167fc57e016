/**
 * `npm run smoke -- URL`: whether a running deployment does what it must, asked from outside. It pays nothing and opens
 * one order, which ends unpaid. The exit code is 1 when a check failed. Without a URL, it starts this app with the
 * emulator.
 */
import { writeFileSync } from "node:fs";
import { parseArgs } from "node:util";
import { type Client, clientOf } from "../e2e/support/client";
import { exampleEnv } from "./example-env";
import { startShop } from "./local-shop";
import { amounts, health, order, rateLimit, unknownOrder, validation } from "./smoke/api";
import type { Check, Site } from "./smoke/check";
import { junit, type Result } from "./smoke/junit";
import { closed, headers, page, picture, secrets } from "./smoke/pages";
import { refusedWebhooks, signedWebhooks } from "./smoke/webhooks";

const REFUSALS = [amounts, validation, unknownOrder, refusedWebhooks, signedWebhooks, closed];
const CHECKS: readonly Check[] = [health, page, headers, secrets, picture, ...REFUSALS, order, rateLimit];

const HELP = `npm run smoke -- [URL] [--amount 5.00 [--item ID]] [--skip ID,ID] [--junit FILE]

Checks a running deployment from outside, such as http://localhost:3000 or https://tips.example.com. It pays nothing. It
opens one order, and its last check sends requests until they are refused: status requests from your address then wait
for up to a minute.

  --amount 5.00   what the order is for; otherwise the first amount that the page offers
  --item ID       the item that this is the price of, where a shop's own page sells it
  --skip ID,ID    checks to leave out, for a fork that has no such route
  --junit FILE    also writes a JUnit report

With ALLSCALE_API_KEY and ALLSCALE_API_SECRET of the deployment in the environment it also checks webhooks that are
well signed. The key is sent to the URL; the secret is not.

Without a URL it builds this app where it has changed, starts it with the emulator, and checks that.

${CHECKS.map(({ id, title }) => `  ${id.padEnd(16)} ${title}`).join("\n")}`;

const TIMEOUT_MS = 30_000;
const LONGEST_WAIT_SECONDS = 120;

const { skip, ...options } = readArguments();
// With the limit that a deployment has.
const shop = options.url === null ? await startShop({ RATE_LIMIT_CHECKOUT: "" }) : null;
const url = shop?.url ?? options.url ?? "";
const site = await visit(url);
const results: Result[] = [];
for (const check of CHECKS) {
  const result = await make(check);
  results.push(result);
  console.log(
    `${result.state.padEnd(8)} ${result.title}: ${result.detail}${result.state === "FAILED" ? ` [${result.id}]` : ""}`,
  );
}
await shop?.close();
if (options.junit !== undefined) writeFileSync(options.junit, junit(url, results));
const count = (state: Result["state"]) => results.filter((each) => each.state === state).length;
console.log(`\n${url}: ${count("ok")} passed, ${count("FAILED")} failed, ${count("skipped")} skipped`);
process.exit(count("FAILED") === 0 ? 0 : 1);

async function make(check: Check): Promise<Result> {
  const { id, title } = check;
  const started = performance.now();
  const result = (state: Result["state"], detail: string) =>
    ({ id, title, state, detail, seconds: (performance.now() - started) / 1_000 }) as const;
  const reason = skip.has(id) ? "left out by --skip" : (check.skips?.(site) ?? null);
  if (reason !== null) return result("skipped", reason);
  try {
    return result("ok", await check.run(site));
  } catch (error) {
    return result("FAILED", sentenceOf(error));
  }
}

/** Of a request that failed, the cause says why. */
function sentenceOf(error: unknown): string {
  if (!(error instanceof Error)) return String(error);
  return error.cause instanceof Error ? `${error.message}: ${error.cause.message || error.cause.name}` : error.message;
}

/** What the tip page and health say of the deployment. What is wrong with either is for its check to say. */
async function visit(address: string): Promise<Site> {
  const client = clientOf({ url: address }, undefined, { timeoutMs: TIMEOUT_MS });
  const ask = (path: string) => client.request("GET", path).catch(() => null);
  const [shown, state] = await Promise.all([ask("/"), ask("/api/health")]);
  const [, offered, chosen] = /"tip-preset"[^>]* value="(\d[\d.]*)(?: ([a-z0-9-]+))?"/.exec(shown?.text ?? "") ?? [];
  const item = options.item ?? chosen;
  const { ALLSCALE_API_KEY: apiKey, ALLSCALE_API_SECRET: apiSecret } = shop === null ? process.env : exampleEnv();
  return {
    url: address,
    client,
    credentials: apiKey && apiSecret ? { apiKey, apiSecret } : null,
    amount: options.amount ?? offered ?? null,
    item,
    isFixedPrice: offered !== undefined && item === undefined && !shown?.text.includes('"tip-other"'),
    provider: typeof state?.json.provider === "string" ? state.json.provider : null,
    whenAllowed,
  };
}

async function whenAllowed(send: () => ReturnType<Client["order"]>): ReturnType<Client["order"]> {
  const answer = await send();
  const seconds = Number(answer.headers.get("retry-after"));
  if (answer.status !== 429 || !(seconds > 0 && seconds <= LONGEST_WAIT_SECONDS)) return answer;
  console.log(`         (an earlier run used up the limit; it is free again in ${seconds} s)`);
  await new Promise((resolve) => setTimeout(resolve, seconds * 1_000));
  return send();
}

function readArguments() {
  try {
    const { values, positionals } = parseArgs({
      allowPositionals: true,
      options: {
        amount: { type: "string" },
        item: { type: "string" },
        skip: { type: "string", default: "" },
        junit: { type: "string" },
        help: { type: "boolean", default: false },
      },
    });
    if (values.help) {
      console.log(HELP);
      process.exit(0);
    }
    const [address = null, ...others] = positionals;
    if (others.length > 0 || (address !== null && !(/^https?:/.test(address) && URL.canParse(address)))) {
      throw new Error("Give one URL, such as http://localhost:3000");
    }
    const skip = new Set(values.skip.split(",").filter(Boolean));
    const unknown = [...skip].filter((id) => !CHECKS.some((check) => check.id === id));
    if (unknown.length > 0) throw new Error(`There is no check ${unknown.join(", ")}`);
    return {
      url: address && new URL(address).origin,
      skip,
      junit: values.junit,
      amount: values.amount,
      item: values.item,
    };
  } catch (error) {
    console.error(`${sentenceOf(error)}\n\n${HELP}`);
    process.exit(2);
  }
}
