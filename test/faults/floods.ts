import { randomInt, randomUUID } from "node:crypto";
import { Agent, request as httpRequest } from "node:http";
import { connect } from "node:net";

/** One stranger against the shop. Each runs until `done`, as fast as it is answered, and tells what it was answered. */
export type Flood = (options: { url: string; done: () => boolean }) => Promise<Map<number, number>>;

/** As many as keep the server busy. More would only slow each other down on the same machine. */
const WIDTH = 3;
const BODY_BYTES = 10_000_000;
const CHUNK = Buffer.alloc(64 * 1024, "x");

type Sent = { readonly method?: string; readonly path: string; readonly address: string; readonly body?: string };

/** Polls, each from an address of its own in a network of its own. */
export const pollsFromManyAddresses: Flood = (options) =>
  flood(options, () => ({ path: "/api/orders/x", address: anyAddress() }));

/** Creates from all over one /48, each with a new idempotency key, nearly all of them refused. */
export const createsFromOneNetwork: Flood = (options) =>
  flood(options, () => ({ ...create(), address: `2001:db8:bad:${randomInt(2 ** 16).toString(16)}::1` }));

/** Creates from one address, refused after the first five. */
export const createsFromOneAddress: Flood = (options) =>
  flood(options, () => ({ ...create(), address: "198.51.100.9" }));

export const health: Flood = (options) => flood(options, () => ({ path: "/api/health", address: "198.51.100.7" }));

/** What Next alone would answer: pictures, and pages for any method, with the client's text in its log lines. */
export const oddRoutes: Flood = (options) =>
  flood(options, (count) => {
    const address = "198.51.100.8";
    const forged = encodeURIComponent(`/x\n{"level":"info","event":"forged"}\n\u001b[2J`);
    if (count % 3 === 0) return { path: `/_next/image?w=64&q=75&url=${forged}`, address };
    if (count % 3 === 1) return { method: "POST", path: "/", address, body: "x".repeat(10_000) };
    return { path: `/orders/x?error=${forged}`, address };
  });

/** Connections that post bodies, too large, slowly or without an end, and stay as long as they may. */
export const heldBodies: Flood = async ({ url, done }) => {
  const answers = new Map<number, number>();
  const paths = ["/", "/api/checkout", "/api/health", "/api/webhooks/allscale", "/orders/x", "/api/nothing"];
  const worker = async (first: number) => {
    for (let count = first; !done(); count += 1) {
      const path = paths[count % paths.length] ?? "/";
      const held = holdBody(url, { path, chunked: count % 2 === 0, bytes: count % 3 === 0 ? 0 : 300_000 });
      const giveUp = setInterval(() => done() && held.leave(), 50);
      const status = await held.closed;
      clearInterval(giveUp);
      answers.set(status, (answers.get(status) ?? 0) + 1);
    }
  };
  await Promise.all(Array.from({ length: 40 }, (_, first) => worker(first)));
  return answers;
};

/**
 * One such connection: it sends `bytes` of a body that never ends, and then a byte at a time. `closed` is the status
 * that it was answered, 0 for none, once the server has closed it.
 */
export function holdBody(url: string, options: { path: string; chunked?: boolean; bytes?: number }) {
  const { path, chunked = false, bytes = BODY_BYTES - 1 } = options;
  const { hostname, port } = new URL(url);
  const socket = connect(Number(port), hostname);
  const framing = chunked ? "transfer-encoding: chunked" : `content-length: ${BODY_BYTES}`;
  socket.write(`POST ${path} HTTP/1.1\r\nhost: x\r\ncontent-type: application/json\r\n${framing}\r\n\r\n`);
  let status = 0;
  let sent = 0;
  const more = () => {
    while (sent < bytes - CHUNK.length && !socket.destroyed) {
      sent += CHUNK.length;
      const wrapped = chunked ? Buffer.concat([Buffer.from("10000\r\n"), CHUNK, Buffer.from("\r\n")]) : CHUNK;
      if (!socket.write(wrapped)) return;
    }
  };
  socket.on("drain", more);
  more();
  const drip = setInterval(() => socket.write(chunked ? "1\r\nx\r\n" : "x"), 300);
  socket.on("data", (chunk) => {
    status ||= Number(/^HTTP\/1\.1 (\d{3})/.exec(chunk.toString("latin1"))?.[1] ?? 0);
  });
  socket.on("error", () => {});
  const closed = new Promise<number>((resolve) => {
    socket.once("close", () => {
      clearInterval(drip);
      resolve(status);
    });
  });
  return { closed, leave: () => socket.destroy() };
}

/** A number of requests, the `count`th as `next` says, from many connections at a time. */
export async function flood(
  { url, done }: { url: string; done: () => boolean },
  next: (count: number) => Sent,
): Promise<Map<number, number>> {
  const { hostname, port } = new URL(url);
  const agent = new Agent({ keepAlive: true, maxSockets: WIDTH });
  const answers = new Map<number, number>();
  let count = 0;
  const send = ({ method = "GET", path, address, body }: Sent) =>
    new Promise<number>((resolve) => {
      const headers = {
        "x-forwarded-for": address,
        ...(body !== undefined && {
          "content-type": "application/json",
          "content-length": String(Buffer.byteLength(body)),
          "idempotency-key": randomUUID(),
        }),
      };
      const sent = httpRequest({ hostname, port, agent, method, path, headers, timeout: 30_000 }, (response) => {
        response.resume();
        response.once("close", () => resolve(response.statusCode ?? 0));
      });
      sent.on("timeout", () => sent.destroy());
      sent.on("error", () => resolve(0));
      sent.end(body);
    });
  const worker = async () => {
    while (!done()) {
      const status = await send(next(count++));
      answers.set(status, (answers.get(status) ?? 0) + 1);
    }
  };
  await Promise.all(Array.from({ length: WIDTH }, worker));
  agent.destroy();
  return answers;
}

export function anyAddress(): string {
  const part = () => randomInt(2 ** 16).toString(16);
  return `2001:db8:${part()}:${part()}::1`;
}

function create() {
  return { method: "POST", path: "/api/checkout", body: JSON.stringify({ amount: "5.00" }) };
}
