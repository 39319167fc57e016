import { type ChildProcess, spawn } from "node:child_process";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import Database from "libsql";
import { withoutSettings } from "../../scripts/example-env";
import { type Environment, endWithUs, freePort, next, stop } from "../../scripts/processes";
import { eventually } from "../../test/eventually";

export type StoredOrder = {
  readonly id: string;
  readonly status: string;
  readonly version: number;
  readonly payer: { readonly name: string | null; readonly message: string | null; readonly anonymous: boolean };
  readonly attention: readonly string[];
  readonly payments: readonly {
    provider: string;
    paymentId: string;
    status: string;
    onHold: boolean;
    repeats: number;
  }[];
  readonly effects: readonly { name: string; doneAt: number | null }[];
};
export type StoredEvent = {
  readonly type: string;
  readonly source: string;
  readonly from: string;
  readonly to: string;
};

/** One line of the log. */
export type LoggedLine = { readonly event: string; readonly [field: string]: unknown };

/** The app as it is deployed: a production build in a process of its own, with a store of its own. */
export type App = {
  readonly url: string;
  readonly webhookUrl: string;
  readonly database: string;
  /** Of the process that runs now. */
  pid(): number;
  /** Everything it printed since it was last started. */
  log(): string;
  /** The same as lines of the log. Throws for one that is not a JSON object. */
  logged(): LoggedLine[];
  /** What the embedded store holds, read from the file and not through the app. */
  storedOrders(): StoredOrder[];
  storedEvents(orderId: string): StoredEvent[];
  kill(): Promise<void>;
  /** With other settings where some are given. */
  restart(changes?: Environment): Promise<void>;
  close(): Promise<void>;
};

/** Starts the app of a folder and resolves when it answers. Only the settings given exist for it. */
export async function startApp(settings: Environment, root = "."): Promise<App> {
  const folder = mkdtempSync(join(tmpdir(), "checkout-app-"));
  const port = await freePort();
  const url = `http://127.0.0.1:${port}`;
  const database = settings.ORDER_DATABASE ?? join(folder, "orders.db");
  let env: Environment = {
    ...withoutSettings(process.env),
    ORDER_DATABASE: database,
    PUBLIC_URL: url,
    NEXT_TELEMETRY_DISABLED: "1",
    ...settings,
  };
  const lines: string[] = [];
  let server = await launch({ root, port, env, url, lines });

  const kill = () => stop(server, "SIGKILL");

  return {
    url,
    webhookUrl: `${url}/api/webhooks/allscale`,
    database,
    pid: () => server.pid ?? 0,
    log: () => lines.join(""),
    logged: () => loggedLines(lines.join("")),
    storedOrders: () => readDocuments<StoredOrder>(database, "SELECT doc FROM orders"),
    storedEvents: (orderId) =>
      readDocuments<StoredEvent>(database, "SELECT doc FROM events WHERE order_id = ? ORDER BY seq", orderId),
    kill,
    async restart(changes = {}) {
      await kill();
      env = { ...env, ...changes };
      lines.length = 0;
      server = await launch({ root, port, env, url, lines });
    },
    async close() {
      await kill();
      rmSync(folder, { recursive: true, force: true });
    },
  };
}

async function launch(options: {
  root: string;
  port: number;
  env: Environment;
  url: string;
  lines: string[];
}): Promise<ChildProcess> {
  const { root, port, env, url, lines } = options;
  const args = next("start", root, "-H", "127.0.0.1", "-p", String(port));
  const server = spawn(process.execPath, args, { stdio: ["ignore", "pipe", "pipe"], env: env as NodeJS.ProcessEnv });
  endWithUs(server);
  for (const stream of [server.stdout, server.stderr]) {
    stream?.setEncoding("utf8").on("data", (chunk: string) => lines.push(chunk));
  }
  await eventually(async () => {
    if (server.exitCode !== null) throw new Error(`The app ended:\n${lines.join("")}`);
    return (await fetch(`${url}/api/health`).catch(() => undefined)) && true;
  }, 60_000);
  return server;
}

/** Without Next's banner, which comes before our code runs, and without a line that is still being written. */
function loggedLines(text: string): LoggedLine[] {
  const lines = text.slice(0, text.lastIndexOf("\n")).split("\n");
  return lines.slice(lines.findIndex((line) => line.startsWith("{"))).map((line) => JSON.parse(line) as LoggedLine);
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
