/**
 * `npm run test:fork`: follows docs/integrate.md as a reader would. Makes an empty Next.js app, runs the page's
 * commands in it, writes the page's files, builds, pays once at the emulator, and runs the QA collection and the smoke
 * test.
 */
import { execFileSync, spawn, spawnSync } from "node:child_process";
import { randomUUID } from "node:crypto";
import { mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { clientOf } from "../e2e/support/client";
import { eventually } from "../test/eventually";
import { applyDiff, blocksOf } from "./document-blocks";
import { withoutSettings } from "./example-env";
import { runCollection } from "./newman";
import { APP_FOLDER, answers, freePort, next, run, startQuietly, stop, tsx } from "./processes";

const PATIENCE_MS = 30_000;
/** The guide's item, as the collection's variables. */
const MUG = { amount: "18.00", amount_cents: "1800", form_amount: "18.00 mug", item_field: '"item":"mug",' };
const started = Date.now();
const folder = mkdtempSync(join(tmpdir(), "checkout-fork-"));
const shop = join(folder, "shop");
const env: NodeJS.ProcessEnv = {
  NODE_ENV: "production",
  ...withoutSettings(process.env),
  NEXT_TELEMETRY_DISABLED: "1",
};
const say = (sentence: string) =>
  console.log(`${String(Math.round((Date.now() - started) / 1000)).padStart(4)} s  ${sentence}`);

try {
  symlinkSync(APP_FOLDER, join(folder, "allscale-checkout"));
  makeEmptyApp();
  const count = followGuide(readFileSync(join(APP_FOLDER, "docs/integrate.md"), "utf8"));
  say(`followed ${count} blocks of docs/integrate.md`);
  inShop(process.execPath, next("build"));
  say("built");
  process.exitCode = await tryOut();
  say(process.exitCode === 0 ? "the guide works" : "the smoke test or the collection found something");
} finally {
  rmSync(folder, { recursive: true, force: true });
}

/** What create-next-app makes, as far as it matters here. */
function makeEmptyApp(): void {
  const { dependencies, devDependencies } = JSON.parse(readFileSync(join(APP_FOLDER, "package.json"), "utf8"));
  const pick = (from: Record<string, string>, names: readonly string[]) =>
    Object.fromEntries(names.map((name) => [name, from[name]]));
  const own = {
    name: "shop",
    version: "0.1.0",
    private: true,
    dependencies: pick(dependencies, ["next", "react", "react-dom"]),
    devDependencies: pick(devDependencies, ["typescript", "@types/node", "@types/react", "@types/react-dom"]),
  };
  mkdirSync(join(shop, "app"), { recursive: true });
  writeFileSync(join(shop, "package.json"), JSON.stringify(own));
  writeFileSync(join(shop, ".gitignore"), "node_modules\n.next\n");
  writeFileSync(join(shop, "next.config.ts"), "export default {};\n");
  writeFileSync(join(shop, "app/page.tsx"), "export default function Page() {\n  return null;\n}\n");
}

/** Installing needs the network: the packages that are installed here are linked instead. */
function followGuide(markdown: string): number {
  const blocks = blocksOf(markdown).filter(({ file }) => file !== "");
  for (const { language, file, code } of blocks) {
    const path = join(shop, file);
    if (file === "run") inShop("bash", ["-euc", code.replace(/^npm install .*$/gm, "")]);
    else if (language === "diff") writeFileSync(path, applyDiff(readFileSync(path, "utf8"), code));
    else writeFileSync(path, code);
  }
  execFileSync("cp", ["-al", join(APP_FOLDER, "node_modules"), shop]);
  return blocks.length;
}

function inShop(command: string, args: readonly string[]): void {
  const { status } = spawnSync(command, args, { cwd: shop, env, stdio: "inherit" });
  if (status !== 0) throw new Error(`${command} ${args.join(" ").slice(0, 200)} ended with ${status}.`);
}

async function tryOut(): Promise<number> {
  const [port, emulatorPort] = await Promise.all([freePort(), freePort()]);
  const url = `http://127.0.0.1:${port}`;
  const emulatorUrl = `http://127.0.0.1:${emulatorPort}`;
  const webhookUrl = `${url}/api/webhooks/allscale`;
  const options = ["--port", String(emulatorPort), "--webhook-url", webhookUrl, "--quiet"];
  const emulator = startQuietly(tsx("emulator/main.ts", ...options), env);
  // Unset, so that the app reads its own .env; this is all that differs from it.
  const { ALLSCALE_BASE_URL: _, ...own } = Object.fromEntries(Object.entries(env).filter(([, value]) => value !== ""));
  const settings: NodeJS.ProcessEnv = {
    NODE_ENV: "production",
    ...own,
    ALLSCALE_BASE_URL: emulatorUrl,
    PUBLIC_URL: url,
    CRON_SECRET: randomUUID(),
  };
  const args = next("start", "-H", "127.0.0.1", "-p", String(port));
  const app = spawn(process.execPath, args, { cwd: shop, env: settings, stdio: ["ignore", "ignore", "inherit"] });
  try {
    await Promise.all([answers(emulatorUrl, emulator), answers(url, app)]);
    await payOnce(url);
    const addresses = { base_url: url, allscale_url: emulatorUrl, emulator_url: emulatorUrl };
    const variables = { ...addresses, ...MUG, cron_secret: settings.CRON_SECRET ?? "" };
    const collected = await runCollection(variables, ["--reporter-cli-no-assertions"]);
    if (collected !== 0) return collected;
    // It waits until the limit takes an order again, because the collection has used it up.
    return await run(tsx("scripts/smoke.ts", url, "--amount", "18.00", "--item", "mug", "--skip", "picture"), env);
  } finally {
    await Promise.all([stop(app), stop(emulator)]);
  }
}

/** Sends the form of the guide's page, presses the button of the checkout, and waits for the delivery. */
async function payOnce(url: string): Promise<void> {
  const client = clientOf({ url });
  const { text } = await client.request("GET", "/");
  const [, amount] = /name="amount" value="([^"]+)"/.exec(text) ?? [];
  if (amount === undefined) throw new Error("The page has no form.");
  const cheap = await client.form({ amount: "1.00 mug" }, { accept: "application/json" });
  if (cheap.status !== 400) throw new Error(`A mug for 1.00 was answered ${cheap.status}.`);
  const { headers } = await client.form({ amount });
  const checkoutUrl = headers.get("location") ?? "";
  const pressed = await fetch(`${checkoutUrl}/status`, {
    method: "POST",
    body: new URLSearchParams({ action: "pay" }),
    redirect: "manual",
  });
  if (pressed.status !== 303) throw new Error(`The checkout answered ${pressed.status}.`);
  const delivered = await eventually(readDelivered, PATIENCE_MS);
  if (delivered !== "send: mug, paid 18.00 USD\n") throw new Error(`This was delivered: ${delivered}`);
  const copied = readFileSync(join(shop, ".data/orders.db.jsonl"), "utf8");
  if (!copied.includes('"status":"paid"')) throw new Error("The store of the guide has no paid order.");
  say("paid, delivered by onPaid, and copied by the store");
}

/** The one file, once it is there and written. */
function readDelivered(): string | undefined {
  const files = readdirSync(join(shop, ".data/delivered"));
  return files.map((file) => readFileSync(join(shop, ".data/delivered", file), "utf8")).join("") || undefined;
}
