/**
 * `npm run dev`: the app in development mode, with the settings of `.env`, or of `.env.example` when there is none.
 * Where they point to this machine, the emulator runs beside it with the same credentials.
 */
import nextEnv from "@next/env";
import { exampleEnv } from "./example-env";
import { APP_FOLDER, next, requireFreePort, start, together, tsx } from "./processes";

const hasOwn = nextEnv.loadEnvConfig(APP_FOLDER, true).loadedEnvFiles.length > 0;
const env = hasOwn ? { ...process.env } : { ...exampleEnv(), ...process.env };
const port = env.PORT || "3000";
await requireFreePort(Number(port), "npm run dev");

const children = [start("app", next("dev", "-p", port), env)];
const baseUrl = env.ALLSCALE_BASE_URL ? new URL(env.ALLSCALE_BASE_URL) : null;
if (baseUrl !== null && ["127.0.0.1", "localhost", "[::1]"].includes(baseUrl.hostname)) {
  const options = {
    "--port": baseUrl.port || "80",
    "--api-key": env.ALLSCALE_API_KEY,
    "--api-secret": env.ALLSCALE_API_SECRET,
    "--webhook-url": `http://127.0.0.1:${port}/api/webhooks/allscale`,
  };
  const args = Object.entries(options).flatMap(([name, value]) => (value ? [name, value] : []));
  children.push(start("emulator", tsx("emulator/main.ts", ...args), env));
} else {
  console.log(
    "The settings point to AllScale itself, so the emulator is off. Payments are real unless this is a test store.",
  );
}
process.exit(await together(children));
