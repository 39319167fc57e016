import type { IncomingMessage } from "node:http";
import { text } from "node:stream/consumers";
import { Redis } from "ioredis";
import { startHttpServer } from "./http-server";

export interface UpstashBridge {
  readonly url: string;
  readonly token: string;
  /** HTTP requests that were answered so far: round trips of the client. */
  requests(): number;
  close(): Promise<void>;
}

type Item = { result: unknown } | { error: string };
type Answer = { status: number; body: Item | Item[] };

/**
 * Speaks Upstash's REST protocol in front of a redis-server, so that @upstash/redis and @upstash/ratelimit can be
 * tested for real: one command (`POST /` or a path), `/pipeline`, `/multi-exec`, the bearer token and base64 results.
 */
export async function startUpstashBridge(options: { redisPort: number; token: string }): Promise<UpstashBridge> {
  const redis = new Redis({
    host: "127.0.0.1",
    port: options.redisPort,
    // RESP3 would answer HGETALL and others in shapes that Upstash does not have.
    protocol: 2,
    // A request that finds no server is an error at once, and one whose answer was lost is never sent a second time.
    enableOfflineQueue: false,
    maxRetriesPerRequest: 0,
    autoResendUnfulfilledCommands: false,
    retryStrategy: () => 20,
  });
  // Lost connections show as errors of the commands; without a listener each would end the process.
  redis.on("error", () => {});
  const connected = new Promise((resolve) => redis.once("ready", resolve));

  async function run(command: unknown): Promise<Item> {
    if (!Array.isArray(command) || command.length === 0) return { error: "ERR failed to parse command" };
    const [name = "", ...values] = command.map(asArgument);
    try {
      // ioredis gives the answers of lower-case commands other shapes.
      return { result: await redis.callBuffer(name.toUpperCase(), ...values) };
    } catch (error) {
      return { error: error instanceof Error ? error.message : "ERR" };
    }
  }

  async function answer(request: IncomingMessage): Promise<Answer> {
    const url = new URL(request.url ?? "/", "http://bridge");
    const token = request.headers.authorization ?? `Bearer ${url.searchParams.get("_token")}`;
    if (token !== `Bearer ${options.token}`) return { status: 401, body: { error: "Unauthorized" } };
    const body = await text(request);
    if (url.pathname === "/pipeline") return { status: 200, body: await Promise.all(commandsOf(body).map(run)) };
    if (url.pathname === "/multi-exec") return asTransaction(await runTransaction(commandsOf(body)));
    const path = url.pathname.split("/").filter(Boolean).map(decodeURIComponent);
    const item = await run(path.length === 0 ? parse(body) : [...path, ...(body ? [body] : [])]);
    return { status: "error" in item ? 400 : 200, body: item };
  }

  /** All are written to the one connection in the same turn, so no other command comes between them. */
  async function runTransaction(commands: unknown[]): Promise<Item> {
    const items = await Promise.all([run(["MULTI"]), ...commands.map(run), run(["EXEC"])]);
    return items.at(-1) ?? { error: "ERR" };
  }

  let requests = 0;
  const server = await startHttpServer(async (request, response) => {
    requests += 1;
    const { status, body } = await answer(request).catch(() => ({ status: 400, body: { error: "ERR bad request" } }));
    const base64 = request.headers["upstash-encoding"] === "base64";
    const encoded = Array.isArray(body) ? body.map((item) => encodeItem(item, base64)) : encodeItem(body, base64);
    response.writeHead(status, { "content-type": "application/json" }).end(JSON.stringify(encoded));
  });
  await connected;
  return {
    url: server.url,
    token: options.token,
    requests: () => requests,
    async close() {
      await server.close();
      redis.disconnect();
    },
  };
}

function asTransaction(item: Item): Answer {
  if ("error" in item || !Array.isArray(item.result)) {
    return { status: 400, body: "error" in item ? item : { error: "ERR transaction aborted" } };
  }
  const items = item.result.map((result) => (result instanceof Error ? { error: result.message } : { result }));
  return { status: 200, body: items };
}

function encodeItem(item: Item, base64: boolean): Item {
  return "error" in item ? item : { result: encode(item.result, base64) };
}

/** Numbers and null stay; texts become base64, except a bare "OK", which the client knows outside of lists only. */
function encode(value: unknown, base64: boolean): unknown {
  if (Array.isArray(value)) return value.map((element) => (base64 && isOk(element) ? "T0s=" : encode(element, base64)));
  if (value instanceof Error) return value.message;
  if (!Buffer.isBuffer(value)) return value;
  return base64 && !isOk(value) ? value.toString("base64") : value.toString();
}

function isOk(value: unknown): boolean {
  return Buffer.isBuffer(value) && value.toString() === "OK";
}

function asArgument(value: unknown): string {
  return typeof value === "string" ? value : JSON.stringify(value);
}

function commandsOf(body: string): unknown[] {
  const commands = parse(body);
  if (!Array.isArray(commands)) throw new Error("Not a list of commands.");
  return commands;
}

function parse(body: string): unknown {
  return JSON.parse(body);
}
