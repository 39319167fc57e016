import { type ChildProcess, spawn } from "node:child_process";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import Database from "libsql";
import { withoutSettings } from "../../scripts/example-env";
import { type Environment, freePort } from "../../scripts/processes";
import { eventually } from "../../test/eventually";

export type StoredOrder = {
  readonly id: string;
  readonly status: string;
  readonly version: number;
  readonly attention: readonly string[];
  readonly attempts: readonly { paymentId: string; status: string; held: boolean }[];
};
export type StoredEvent = {
  readonly type: string;
  readonly source: string;
  readonly from: string;
  readonly to: string;
};

/** The app as it is deployed: a production build in a process of its own, with a store of its own. */
export type App = {
  readonly url: string;
  readonly webhookUrl: string;
  readonly database: string;
  /** Of the process that runs now. */
  pid(): number;
  /** Everything it printed so far. */
  log(): string;
  /** What the embedded store holds, read from the file and not through the app. */
  storedOrders(): StoredOrder[];
  storedEvents(orderId: string): StoredEvent[];
  kill(): Promise<void>;
  restart(): Promise<void>;
  close(): Promise<void>;
};

/** Starts the app and resolves when it answers. Only the settings given exist for it. */
export async function startApp(settings: Environment): Promise<App> {
  const folder = mkdtempSync(join(tmpdir(), "checkout-app-"));
  const port = await freePort();
  const url = `http://127.0.0.1:${port}`;
  const database = settings.ORDER_DATABASE ?? join(folder, "orders.db");
  const env = {
    ...withoutSettings(process.env),
    ORDER_DATABASE: database,
    PUBLIC_URL: url,
    NEXT_TELEMETRY_DISABLED: "1",
    ...settings,
  };
  const lines: string[] = [];
  let server = await launch({ port, env, url, lines });

  async function kill(): Promise<void> {
    if (server.exitCode !== null || server.signalCode !== null) return;
    const ended = new Promise((resolve) => server.once("exit", resolve));
    server.kill("SIGKILL");
    await ended;
  }

  return {
    url,
    webhookUrl: `${url}/api/webhooks/allscale`,
    database,
    pid: () => server.pid ?? 0,
    log: () => lines.join(""),
    storedOrders: () => readDocuments<StoredOrder>(database, "SELECT doc FROM orders"),
    storedEvents: (orderId) =>
      readDocuments<StoredEvent>(database, "SELECT doc FROM events WHERE order_id = ? ORDER BY seq", orderId),
    kill,
    async restart() {
      await kill();
      server = await launch({ port, env, url, lines });
    },
    async close() {
      await kill();
      rmSync(folder, { recursive: true, force: true });
    },
  };
}

async function launch(options: {
  port: number;
  env: Environment;
  url: string;
  lines: string[];
}): Promise<ChildProcess> {
  const { port, env, url, lines } = options;
  const args = ["node_modules/next/dist/bin/next", "start", "-H", "127.0.0.1", "-p", String(port)];
  const server = spawn(process.execPath, args, { stdio: ["ignore", "pipe", "pipe"], env: env as NodeJS.ProcessEnv });
  const onExit = () => server.kill("SIGKILL");
  process.once("exit", onExit);
  server.once("exit", () => process.off("exit", onExit));
  for (const stream of [server.stdout, server.stderr]) stream?.on("data", (chunk) => lines.push(String(chunk)));
  await eventually(async () => {
    if (server.exitCode !== null) throw new Error(`The app ended:\n${lines.join("")}`);
    return (await fetch(`${url}/api/health`).catch(() => undefined)) && true;
  }, 60_000);
  return server;
}

function readDocuments<T>(database: string, query: string, ...parameters: string[]): T[] {
  const file = new Database(database, { readonly: true });
  try {
    return file
      .prepare(query)
      .all(...parameters)
      .map((row: unknown) => JSON.parse((row as { doc: string }).doc) as T);
  } finally {
    file.close();
  }
}
