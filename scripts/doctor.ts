/**
 * `npm run doctor [-- --json]`: whether the setup is right, by the settings of the environment and of `.env`. One line
 * for each check; the exit code is 1 when one failed. It changes nothing, and prints no secret.
 */
import { execFileSync } from "node:child_process";
import { existsSync } from "node:fs";
import nextEnv from "@next/env";
import { getSettings } from "@/lib/env";
import { redact } from "@/lib/log";
import { CHECKS, type CheckState } from "@/lib/merchant/setup/check";
import { runSetupChecks } from "@/lib/merchant/setup/run-checks";
import { openRedisOrderStore } from "@/lib/orders/redis-order-store";
import { openSqliteOrderStore } from "@/lib/orders/sqlite-order-store";
import packageJson from "../package.json";
import { APP_FOLDER } from "./processes";

const WORDS: Readonly<Record<CheckState, string>> = {
  ok: "ok",
  warning: "WARNING",
  failed: "FAILED",
  unknown: "not known",
};
const STORE_TIMEOUT_MS = 3_000;

process.chdir(APP_FOLDER);
// It says which file it read, and `--json` prints JSON alone.
nextEnv.loadEnvConfig(APP_FOLDER, false, { info: () => undefined, error: console.error });
const settings = getSettings();
const store = openStore();
const version = { name: packageJson.version, commit: commitHere() };
const report = await runSetupChecks({ settings, store, version });
await store?.close();
console.log(redact(process.argv.includes("--json") ? JSON.stringify(report, null, 2) : asLines(), settings.secrets));
process.exit(report.ok ? 0 : 1);

function openStore() {
  if (settings.store === null) return null;
  const { store } = settings;
  // The file that the app makes belongs to the user of the app, who may be another one.
  if (store.kind === "sqlite") return existsSync(store.path) ? openSqliteOrderStore({ path: store.path }) : null;
  return openRedisOrderStore({ ...store, timeoutMs: STORE_TIMEOUT_MS });
}

function asLines(): string {
  const width = Math.max(...Object.values(CHECKS).map(({ length }) => length));
  const lines = report.checks.map(({ id, state, sentence, todo }) => {
    const advice = todo === undefined ? "" : ` To do: ${todo}`;
    return `${WORDS[state].padEnd(10)} ${CHECKS[id].padEnd(width)}  ${sentence}${advice}`;
  });
  return lines.join("\n");
}

function commitHere(): string | null {
  try {
    return execFileSync("git", ["rev-parse", "HEAD"], { encoding: "utf8", stdio: ["ignore", "pipe", "ignore"] }).trim();
  } catch {
    return null;
  }
}
