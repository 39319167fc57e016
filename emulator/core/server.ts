import { once } from "node:events";
import { createServer, type IncomingMessage, type ServerResponse } from "node:http";
import type { AddressInfo, Socket } from "node:net";
import type { Account } from "./account";
import { handleControl } from "./control";
import { isWebUrl, readSettings } from "./fields";
import { Host, type Listeners, newRequestId } from "./host";
import { json, type RawRequest, type Reply, readBody, seeOther, splitTarget, writeReply } from "./http";
import type { Fields } from "./json";
import type { Provider } from "./provider";

const maxBodyBytes = 1_048_576;
const loopback = /^(127(\.\d{1,3}){3}|::1|localhost)$/;

type Texts = Readonly<Record<"host" | "apiKey" | "apiSecret" | "publicUrl", string>>;
type Others = Readonly<{ port: number; allowRemote: boolean; webhookUrl: string | null; settings: Fields }>;
export type StartOptions = Partial<Texts & Others & Listeners>;
type Running = { readonly url: string; readonly port: number; close(): Promise<void> };

/** Starts a provider. Options that cannot work are refused with a sentence before anything listens. */
export async function startProvider<A extends Account>(provider: Provider<A>, options: StartOptions): Promise<Running> {
  const { port = 0, host: address = "127.0.0.1", webhookUrl, publicUrl, settings = {} } = options;
  if (!Number.isInteger(port) || port < 0 || port > 65_535) throw new Error("port takes an integer from 0 to 65535.");
  if (!loopback.test(address) && options.allowRemote !== true) {
    const remedy = "Add --allow-remote (allowRemote: true) if you mean that.";
    throw new Error(`${address} can be reached from other computers. ${remedy}`);
  }
  if (!isWebUrl(publicUrl ?? "http://x")) throw new Error("publicUrl takes an absolute http or https URL.");
  const given = webhookUrl === undefined ? settings : { webhookUrl, ...settings };
  const read = readSettings(provider.settings, given);
  if (!read.ok) throw new Error(read.message);
  const { apiKey = provider.defaults.apiKey, apiSecret = provider.defaults.apiSecret } = options;
  const { onRequest = ignore, onDelivery = ignore } = options;
  const host = new Host(provider, { apiKey, apiSecret }, { onRequest, onDelivery });
  host.firstAccount.register(read.values);

  // A client that keeps connections alive must not meet one that this side is just closing.
  const server = createServer({ keepAliveTimeout: 120_000 }, (message, response) => {
    // Writing to a client that has left is an event; without a listener it would end the process.
    response.on("error", ignore);
    void handle(host, message, response);
  });
  server.on("clientError", (error, socket) => refuseUnreadable(host, error, socket as Socket));
  server.listen(port, address);
  await once(server, "listening");
  const listening = server.address() as AddressInfo;
  const url = `http://${address.includes(":") ? `[${address}]` : address}:${listening.port}`;
  host.publicUrl = (publicUrl ?? url).replace(/\/+$/, "");
  return {
    url,
    port: listening.port,
    close: () =>
      new Promise((resolve) => {
        host.close();
        server.close(() => resolve());
        server.closeAllConnections();
      }),
  };
}

function ignore(): void {}

/** Reads one request, finds who answers it, and writes the answer. It never rejects, because it is not awaited. */
async function handle<A extends Account>(host: Host<A>, message: IncomingMessage, response: ServerResponse) {
  const method = message.method ?? "GET";
  const { path, query } = splitTarget(message.url ?? "/");
  try {
    const body = await readBody(message, maxBodyBytes);
    const tooLong = { status: 413, message: `The body is longer than ${maxBodyBytes} bytes.` };
    const reply =
      body === null
        ? refuse(host, { ...tooLong, request: { method, path, query } })
        : await answer(host, { method, path, query, headers: message.headers, body });
    await writeReply(response, reply);
  } catch (error) {
    // A connection that broke while it was read cannot be answered.
    if (message.destroyed && !message.complete) return;
    host.logFailure("unknown", error, { request: { method, path, query } });
    if (response.headersSent) response.destroy();
    else await writeReply(response, json(500, { error: "The emulator failed; its log says why." })).catch(ignore);
  }
}

async function answer<A extends Account>(host: Host<A>, request: RawRequest): Promise<Reply> {
  const { path } = request;
  if (path === "/_emulator" || path === "/") return seeOther("/_emulator/");
  if (path.startsWith("/_emulator/")) return handleControl(host, request);
  const startedAtMs = performance.now();
  const { reply, entry, tags = {}, account = null } = await host.provider.handle(host, request);
  if (entry !== undefined) {
    const durationMs = Math.round(performance.now() - startedAtMs);
    host.log({ account, facts: entry, request, tags, durationMs });
  }
  const { clockSkewMs } = (account ?? host.firstAccount).settings;
  if (clockSkewMs === 0) return reply;
  return { ...reply, headers: { ...reply.headers, Date: new Date(Date.now() + clockSkewMs).toUTCString() } };
}

type Unreadable = Readonly<{ status: number; message: string; request?: Partial<RawRequest> }>;

/** Refuses what cannot become a request of the API, in its envelope and with a log entry. */
function refuse<A extends Account>(host: Host<A>, { status, message, request = {} }: Unreadable): Reply {
  const requestId = newRequestId();
  const facts = { op: "unknown", requestId, httpStatus: status, message };
  host.log({ account: null, facts, request });
  return host.provider.refuse(status, message, requestId);
}

function refuseUnreadable<A extends Account>(host: Host<A>, error: NodeJS.ErrnoException, socket: Socket): void {
  if (!socket.writable) return void socket.destroy();
  const status = error.code === "HPE_HEADER_OVERFLOW" ? 431 : error.code === "ERR_HTTP_REQUEST_TIMEOUT" ? 408 : 400;
  const { headers, body } = refuse(host, { status, message: `This is not readable as HTTP: ${error.message}` });
  const lines = Object.entries({ ...headers, Connection: "close", "Content-Length": Buffer.byteLength(body) });
  const head = [`HTTP/1.1 ${status} Refused`, ...lines.map(([name, value]) => `${name}: ${value}`)].join("\r\n");
  socket.end(`${head}\r\n\r\n${body}`);
}
