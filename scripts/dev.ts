/**
 * `npm run dev`: the app in development mode with the settings of `.env`, or of `.env.example` when there is none. Where
 * they point to this machine, the emulator runs beside it with the same credentials; otherwise AllScale itself is used.
 */
import nextEnv from "@next/env";
import { exampleEnv } from "./example-env";
import { next, start, together, tsx } from "./processes";

const loaded = nextEnv.loadEnvConfig(process.cwd(), true).loadedEnvFiles.length > 0;
const env = loaded ? { ...process.env } : { ...exampleEnv(), ...process.env };
const port = env.PORT || "3000";
const baseUrl = env.ALLSCALE_BASE_URL ? new URL(env.ALLSCALE_BASE_URL) : null;
const local = baseUrl !== null && ["127.0.0.1", "localhost", "[::1]"].includes(baseUrl.hostname);

const children = [start("app", next("dev", "-p", port), env)];
if (local) {
  const options = {
    "--port": baseUrl.port || "80",
    "--api-key": env.ALLSCALE_API_KEY,
    "--api-secret": env.ALLSCALE_API_SECRET,
    "--webhook-url": `http://localhost:${port}/api/webhooks/allscale`,
  };
  const args = Object.entries(options).flatMap(([name, value]) => (value ? [name, value] : []));
  children.push(start("emulator", tsx("emulator/main.ts", ...args), env));
} else {
  console.log("The emulator is off: the settings name AllScale itself. Payments are real if the store is.");
}
process.exit(await together(children));
