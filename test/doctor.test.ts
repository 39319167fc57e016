import { spawn } from "node:child_process";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, expect, it } from "vitest";
import { type RunningEmulator, startEmulator } from "@/emulator/server";
import { CHECKS, setupReportSchema } from "@/lib/merchant/setup/check";
import { withoutSettings } from "../scripts/example-env";
import { APP_FOLDER, type Environment, freePort } from "../scripts/processes";
import { type HttpServer, startHttpServer } from "./http-server";
import { type RedisServer, startRedisServer } from "./redis-server";
import { startUpstashBridge, type UpstashBridge } from "./upstash-bridge";

/** Each setup is a process of its own, which takes its time on a busy machine. */
const TIMEOUT_MS = 600_000;
const KEY = "st_key_of_the_doctor";
const SECRET = "st_canary_secret_of_the_doctor";
const TOKEN = "canary-token-of-the-doctor";
const ADMIN = "canary-admin-secret-0001";
const CRON = "canary-cron-secret-0001";
const DISCORD = "https://discord.com/api/webhooks/1/canary-of-discord-0001";

let emulator: RunningEmulator;
let accounts = 0;
let redis: RedisServer;
let bridge: UpstashBridge;
/** One that deletes nothing when it is full. */
let keepingRedis: RedisServer;
let keeping: UpstashBridge;
/** What a deployment behind a sign-in page answers. */
let signIn: HttpServer;
let folder: string;
let unused: number;

type Setup = {
  /** Changes of a setup where everything is right. */
  readonly env?: () => Environment;
  readonly account?: object;
  readonly fault?: object;
};

const onPing = (code: number, details?: object): Setup => ({
  fault: { op: "ping", code, ...(details && { details }) },
});

const EVERYTHING_RIGHT = "everything right";
const REDIS_RIGHT = "a Redis that evicts nothing";
const RIGHT = [EVERYTHING_RIGHT, REDIS_RIGHT];
const TWO_CAUSES = "a public address on this machine, and a provider that is not";

const SETUPS: Record<string, Setup> = {
  [EVERYTHING_RIGHT]: {},
  "a proxy that drops our headers (20001)": onPing(20001),
  "the secret of another store (20002)": { env: () => ({ ALLSCALE_API_SECRET: "st_the_secret_of_another_store" }) },
  "a key that is gone (20002)": { env: () => ({ ALLSCALE_API_KEY: "st_a_key_that_is_gone" }) },
  "an address that is not allowed (30001)": onPing(30001),
  "too many requests (40001)": onPing(40001),
  "no answer in time": { fault: { op: "ping", kind: "hang" } },
  "a clock 20 minutes off": { account: { clockSkewMs: -1_200_000 } },
  "an address where nothing is": { env: () => ({ ALLSCALE_BASE_URL: `http://127.0.0.1:${unused}` }) },
  "a proxy that changes bodies": { fault: { op: "post", kind: "wrong_shape" } },
  "a placeholder for a key": { env: () => ({ ALLSCALE_API_KEY: "st_your_api_key" }) },
  "a secret with a line break": { env: () => ({ ALLSCALE_API_SECRET: `${SECRET}\n` }) },
  "presets below the smallest amount": { env: () => ({ AMOUNT_MIN: "4.00" }) },
  "half a Redis pair": { env: () => ({ UPSTASH_REDIS_REST_URL: bridge.url }) },
  "a Redis that evicts": { env: () => ({ KV_REST_API_URL: bridge.url, KV_REST_API_TOKEN: TOKEN }) },
  [REDIS_RIGHT]: { env: () => ({ KV_REST_API_URL: keeping.url, KV_REST_API_TOKEN: TOKEN }) },
  "a Redis that is down": {
    env: () => ({ UPSTASH_REDIS_REST_URL: `http://127.0.0.1:${unused}`, UPSTASH_REDIS_REST_TOKEN: TOKEN }),
  },
  "the token of another Redis": {
    env: () => ({ UPSTASH_REDIS_REST_URL: keeping.url, UPSTASH_REDIS_REST_TOKEN: `${TOKEN}-of-another` }),
  },
  "a folder that cannot be written": { env: () => ({ ORDER_DATABASE: "/dev/null/orders.db" }) },
  "a public address without https": { env: () => ({ PUBLIC_URL: "http://tips.example" }) },
  "a public address with a path": { env: () => ({ PUBLIC_URL: "https://tips.example/tips" }) },
  "a deployment behind a sign-in page": { env: () => ({ PUBLIC_URL: signIn.url }) },
  "a secret that is too short": { env: () => ({ CRON_SECRET: "short" }) },
  // The provider cannot be reached here either, because an emulator never counts as not being on this machine.
  [TWO_CAUSES]: {
    env: () => ({ ALLSCALE_BASE_URL: "https://allscale.invalid" }),
  },
};

beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), "doctor-"));
  [redis, keepingRedis, unused] = await Promise.all([startRedisServer(), startRedisServer(), freePort()]);
  bridge = await startUpstashBridge({ redisPort: redis.port, token: TOKEN });
  keeping = await startUpstashBridge({ redisPort: keepingRedis.port, token: TOKEN });
  const evict = ["CONFIG", "SET", "maxmemory-policy", "allkeys-lru"];
  const headers = { Authorization: `Bearer ${TOKEN}` };
  await fetch(bridge.url, { method: "POST", headers, body: JSON.stringify(evict) });
  signIn = await startHttpServer((_, response) => response.writeHead(401, { "Content-Type": "text/html" }).end("<h1>"));
  emulator = await startEmulator();
});

afterAll(async () => {
  await Promise.all([emulator.close(), bridge.close(), keeping.close(), signIn.close()]);
  await Promise.all([redis.close(), keepingRedis.close()]);
  rmSync(folder, { recursive: true, force: true });
});

/** `npm run doctor`, for a new account of the emulator. */
async function doctor({ env = () => ({}), account = {}, fault }: Setup, ...args: string[]) {
  accounts += 1;
  const apiKey = `${KEY}_${accounts}`;
  const post = async (path: string, body: object, headers: Record<string, string> = {}) => {
    const init = { method: "POST", headers: { "Content-Type": "application/json", ...headers } };
    const response = await fetch(`${emulator.url}/_emulator${path}`, { ...init, body: JSON.stringify(body) });
    expect(response.ok, path).toBe(true);
  };
  await post("/accounts", { apiKey, apiSecret: SECRET, ...account });
  if (fault !== undefined) await post("/faults", fault, { "X-API-Key": apiKey });
  const settings: Environment = {
    ALLSCALE_API_KEY: apiKey,
    ALLSCALE_API_SECRET: SECRET,
    ALLSCALE_BASE_URL: emulator.url,
    ADMIN_SECRET: ADMIN,
    CRON_SECRET: CRON,
    NOTIFY_DISCORD_URL: DISCORD,
    ORDER_DATABASE: join(folder, "orders.db"),
    PUBLIC_URL: `http://127.0.0.1:${unused}`,
  };
  const flags = ["--conditions=react-server", "--import", "tsx", "scripts/doctor.ts", ...args];
  const child = spawn(process.execPath, flags, {
    cwd: APP_FOLDER,
    env: { ...withoutSettings(process.env), ...settings, ...env() } as NodeJS.ProcessEnv,
    stdio: ["ignore", "pipe", "pipe"],
  });
  let printed = "";
  for (const stream of [child.stdout, child.stderr]) stream.setEncoding("utf8").on("data", (text) => (printed += text));
  const code = await new Promise<number | null>((resolve) => child.once("close", resolve));
  for (const secret of [SECRET, TOKEN, ADMIN, CRON, DISCORD]) expect(printed).not.toContain(secret);
  return { code, printed };
}

/** Without what differs from run to run. */
const stable = (text: string) =>
  text
    .replace(/127\.0\.0\.1:\d+/g, "127.0.0.1:PORT")
    .replace(/\d+ s (ahead|behind)/g, "N s $1")
    .replace(/\((ENOTFOUND|EAI_AGAIN)\)/g, "(no such host)")
    .replace(/\d+\.\d+\.\d+, commit \w+/, "VERSION")
    .replace(/ +/g, " ");

/** Two at a time, because each is a process that keeps a core busy. */
async function runAll(): Promise<Map<string, Awaited<ReturnType<typeof doctor>>>> {
  const results = new Map<string, Awaited<ReturnType<typeof doctor>>>();
  const left = Object.entries(SETUPS);
  const worker = async () => {
    for (let next = left.shift(); next !== undefined; next = left.shift()) {
      results.set(next[0], await doctor(next[1]));
    }
  };
  await Promise.all([worker(), worker()]);
  return results;
}

it("says what is wrong with each setup, and no more", { timeout: TIMEOUT_MS }, async () => {
  const results = await runAll();
  const said = Object.keys(SETUPS).map((name) => {
    const { code, printed } = results.get(name) ?? expect.fail();
    const lines = stable(printed).trimEnd().split("\n");
    const causes = lines.filter((line) => /^(FAILED|WARNING) /.test(line));
    expect(code, name).toBe(causes.some((line) => line.startsWith("FAILED")) ? 1 : 0);
    expect(causes.length, printed).toBe(RIGHT.includes(name) ? 0 : name === TWO_CAUSES ? 2 : 1);
    expect(lines.length, printed).toBe(Object.keys(CHECKS).length);
    if (name === REDIS_RIGHT) return [name, lines.filter((line) => /^ok (Order store|Eviction) /.test(line))];
    return [name, name === EVERYTHING_RIGHT ? lines : causes];
  });
  expect(Object.fromEntries(said)).toMatchSnapshot();
});

it("prints a report of the documented form with --json", { timeout: TIMEOUT_MS }, async () => {
  const report = async (setup: Setup) => {
    const { code, printed } = await doctor(setup, "--json");
    return { code, ...setupReportSchema.parse(JSON.parse(printed)) };
  };
  expect(await report({})).toMatchObject({ code: 0, ok: true });
  const wrong = await report({ env: () => ({ ALLSCALE_CURRENCY: "XYZ" }) });
  expect(wrong).toMatchObject({ code: 1, ok: false });
  expect(wrong.checks.filter(({ state }) => state === "failed")).toMatchObject([{ id: "currency" }]);
  const { checks } = await report({ env: () => ({ PAYMENT_PROVIDER: "unknown" }) });
  const sentence = "Not checked: the settings of the payment provider are not right.";
  expect(checks.find(({ id }) => id === "webhook_url")).toEqual({ id: "webhook_url", state: "unknown", sentence });
});
