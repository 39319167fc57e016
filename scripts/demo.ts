/**
 * `npm run demo`: the emulator and a production build of the app. It needs no account, network or `.env`, and ignores
 * all settings of this machine, so a demo cannot take a real payment or touch a real store.
 */
import { randomBytes } from "node:crypto";
import { exampleEnv, withoutSettings } from "./example-env";
import { answers, freePort, isFree, next, requireFreePort, run, start, together, tsx } from "./processes";

const port = Number(process.env.PORT || 3000);
await requireFreePort(port, "npm run demo");
const emulatorPort = (await isFree(4010)) ? 4010 : await freePort();
const appUrl = `http://127.0.0.1:${port}`;
const publicUrl = `http://localhost:${port}`;
// New for each start, so that no demo that is left open can be entered with a word from the documentation.
const adminSecret = randomBytes(18).toString("base64url");
const env = {
  ...withoutSettings(process.env),
  ...exampleEnv(),
  ALLSCALE_BASE_URL: `http://127.0.0.1:${emulatorPort}`,
  ORDER_DATABASE: ".data/demo.db",
  PUBLIC_URL: publicUrl,
  PORT: String(port),
  ADMIN_SECRET: adminSecret,
  CRON_SECRET: randomBytes(18).toString("base64url"),
};

console.log("Building the app, which takes up to a minute ...");
const built = await run(next("build"), env);
if (built !== 0) process.exit(built);

const webhookUrl = `${appUrl}/api/webhooks/allscale`;
const options = ["--port", String(emulatorPort), "--webhook-url", webhookUrl, ...process.argv.slice(2)];
const emulator = start("emulator", tsx("emulator/main.ts", ...options), env);
const app = start("app", next("start", "-H", "127.0.0.1", "-p", String(port)), env);
const group = together([emulator, app]);
await Promise.race([group, Promise.all([answers(appUrl, app), answers(env.ALLSCALE_BASE_URL, emulator)])]);
console.log(`
  Open ${publicUrl} and give a tip. No money moves. Emulator: ${env.ALLSCALE_BASE_URL}
  Is everything right? ${publicUrl}/setup  Your payments: ${publicUrl}/admin  Secret of this demo: ${adminSecret}
`);
process.exit(await group);
