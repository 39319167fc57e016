import { spawn } from "node:child_process";
import { closeSync, mkdtempSync, openSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { type BareApp, startBareApp } from "@/scripts/bare-app";
import { withoutSettings } from "@/scripts/example-env";
import {
  APP_FOLDER,
  answers,
  buildOnce,
  type Environment,
  endWithUs,
  freePort,
  next,
  startQuietly,
  stop,
} from "@/scripts/processes";

export const CREDENTIALS = { apiKey: "st_bench_key", apiSecret: "st_bench_secret_of_no_store" };

export type Rig = {
  readonly url: string;
  readonly pid: number;
  /** From its start to its first answer. */
  readonly startMs: number;
  readonly upstream: Upstream;
  close(): Promise<void>;
};

export type Upstream = {
  readonly url: string;
  setDelay(ms: number): Promise<void>;
  /** How often each path was asked for. */
  calls(): Promise<Readonly<Record<string, number>>>;
  close(): Promise<void>;
};

/** The app as it is deployed, with limits that no measurement reaches. Its log goes to a file, as under systemd. */
export async function startRig(settings: Environment = {}): Promise<Rig> {
  const folder = mkdtempSync(join(tmpdir(), "checkout-bench-"));
  const upstream = await startUpstream();
  const port = await freePort();
  const url = `http://127.0.0.1:${port}`;
  const env: Environment = {
    ...withoutSettings(process.env),
    ALLSCALE_API_KEY: CREDENTIALS.apiKey,
    ALLSCALE_API_SECRET: CREDENTIALS.apiSecret,
    ALLSCALE_BASE_URL: upstream.url,
    ORDER_DATABASE: join(folder, "orders.db"),
    PUBLIC_URL: url,
    RATE_LIMIT_CHECKOUT: "999999/60s",
    RATE_LIMIT_STATUS: "999999/60s",
    NEXT_TELEMETRY_DISABLED: "1",
    ...settings,
  };
  const startedAt = performance.now();
  const log = openSync(join(folder, "log"), "w");
  const args = next("start", "-H", "127.0.0.1", "-p", String(port));
  const app = spawn(process.execPath, args, {
    cwd: APP_FOLDER,
    env: env as NodeJS.ProcessEnv,
    stdio: ["ignore", log, log],
  });
  closeSync(log);
  endWithUs(app);
  async function close() {
    await Promise.all([stop(app, "SIGKILL"), upstream.close()]);
    rmSync(folder, { recursive: true, force: true });
  }
  await answers(`${url}/api/health`, app).catch(async (error: unknown) => {
    await close();
    throw error;
  });
  return { url, pid: app.pid ?? 0, startMs: performance.now() - startedAt, upstream, close };
}

export async function requireBuild(): Promise<void> {
  if ((await buildOnce()) !== 0) throw new Error("The app could not be built.");
}

async function startUpstream(): Promise<Upstream> {
  const port = await freePort();
  const url = `http://127.0.0.1:${port}`;
  const server = startQuietly(["--import", "tsx", "bench/upstream.ts", String(port)], {});
  endWithUs(server);
  await answers(`${url}/_calls`, server);
  return {
    url,
    async setDelay(ms) {
      await fetch(`${url}/_delay`, { method: "POST", body: String(ms) });
    },
    calls: async () => (await (await fetch(`${url}/_calls`)).json()) as Record<string, number>,
    close: () => stop(server, "SIGKILL"),
  };
}

/** Route handlers of the same Next that do the same call to the provider, or none, and nothing else. */
export function startBareHandlers(upstream: Upstream): Promise<BareApp> {
  const call = `const call = async (path, init) => (await (await fetch(process.env.UPSTREAM + path, { cache: "no-store", ...init })).json()).payload;`;
  const create = `${call}
    export async function POST(request) {
      const { amount } = await request.json();
      const headers = { "content-type": "application/json" };
      const body = JSON.stringify({ amount_cents: 500, currency: 1, order_id: crypto.randomUUID() });
      const { checkout_url: checkoutUrl } = await call("/v1/checkout_intents/", { method: "POST", headers, body });
      return Response.json({ amount, checkoutUrl, status: "pending" }, { status: 201 });
    }`;
  const asked = `${call}
    export async function GET(request, { params }) {
      return Response.json({ status: await call("/v1/checkout_intents/" + (await params).id + "/status") });
    }`;
  const status = `export async function GET(request, { params }) {
      return Response.json({ orderId: (await params).id, status: "paid", paid: true, terminal: true, amount: "5.00" });
    }`;
  const webhook = `export async function POST(request) {
      return Response.json({ result: (await request.arrayBuffer()).byteLength > 0 ? "paid" : "ignored" });
    }`;
  return startBareApp({
    name: "bare-handlers",
    env: { UPSTREAM: upstream.url, NEXT_TELEMETRY_DISABLED: "1" },
    files: {
      "app/create/route.js": create,
      "app/asked/[id]/route.js": asked,
      "app/status/[id]/route.js": status,
      "app/webhook/route.js": webhook,
    },
  });
}
