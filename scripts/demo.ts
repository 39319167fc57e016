/**
 * `npm run demo`: emulator and production build of the app on one machine, without an account, a network or a `.env`.
 * Nothing of the machine's own settings is used, so a demo can never take a real payment or touch a real store.
 */
import { exampleEnv, withoutSettings } from "./example-env";
import { answers, freePort, isFree, next, run, start, together, tsx } from "./processes";

const port = Number(process.env.PORT || 3000);
const EMULATOR_PORT = 4010;

if (!(await isFree(port))) {
  console.error(`Port ${port} is taken. Stop what listens there, or choose another: PORT=3001 npm run demo`);
  process.exit(1);
}
const emulatorPort = (await isFree(EMULATOR_PORT)) ? EMULATOR_PORT : await freePort();
const publicUrl = `http://localhost:${port}`;
const example = exampleEnv();
const env = {
  ...withoutSettings(process.env),
  ...example,
  ALLSCALE_BASE_URL: `http://127.0.0.1:${emulatorPort}`,
  ORDER_DATABASE: ".data/demo.db",
  PUBLIC_URL: publicUrl,
  PORT: String(port),
};

console.log("Building the app, which takes a few seconds ...");
const built = await run(next("build"), env);
if (built !== 0) process.exit(built);

const webhookUrl = `${publicUrl}/api/webhooks/allscale`;
const emulator = start(
  "emulator",
  tsx("emulator/main.ts", "--port", String(emulatorPort), "--webhook-url", webhookUrl, ...process.argv.slice(2)),
  env,
);
const app = start("app", next("start", "-H", "127.0.0.1", "-p", String(port)), env);
const group = together([emulator, app]);
await Promise.race([group, Promise.all([answers(publicUrl, app), answers(env.ALLSCALE_BASE_URL, emulator)])]);
console.log(
  `\n  Open ${publicUrl} and give a tip. The emulator plays AllScale at ${env.ALLSCALE_BASE_URL}; no money moves.\n`,
);
process.exit(await group);
