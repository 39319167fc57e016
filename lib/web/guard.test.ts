import { once } from "node:events";
import {
  Agent,
  request as httpRequest,
  type IncomingMessage,
  type OutgoingHttpHeaders,
  type RequestListener,
} from "node:http";
import { connect, type Socket } from "node:net";
import { text } from "node:stream/consumers";
import { afterEach, beforeAll, describe, expect, it, vi } from "vitest";
import { eventually } from "@/test/eventually";
import { type HttpServer, startHttpServer } from "@/test/http-server";
import { proxyWarning } from "./arrival";
import { guardRequests } from "./guard";

const CAP = 64 * 1024;

const onProxyWarning = vi.fn();
const seen: { method: string | undefined; url: string | undefined; bytes: number }[] = [];
const servers: HttpServer[] = [];

beforeAll(() => guardRequests({ development: false, trustedProxyHops: 0, onProxyWarning }));
afterEach(async () => {
  seen.length = 0;
  for (const server of servers.splice(0)) await server.close();
});

/** Keeps whatever body comes, as Next does. One route reads up to its cap; the others do not wait for the body. */
const asNext: RequestListener = (request, response) => {
  const reads = request.url === "/api/reads";
  const entry = { method: request.method, url: request.url, bytes: 0 };
  seen.push(entry);
  request.on("data", (chunk: Buffer) => {
    entry.bytes += chunk.length;
    if (reads && entry.bytes > CAP) response.writeHead(413).end();
  });
  if (reads) request.on("end", () => response.end("ok"));
  else response.end("ok");
};

async function start(): Promise<string> {
  const server = await startHttpServer(asNext);
  servers.push(server);
  return server.url;
}

async function send(
  url: string,
  options: { method?: string; path?: string; headers?: OutgoingHttpHeaders; body?: string },
) {
  const { hostname, port } = new URL(url);
  const { method = "GET", path = "/", headers = {}, body = "" } = options;
  const sent = httpRequest({ hostname, port, method, path, headers, agent: false });
  sent.on("error", () => {});
  sent.end(body);
  const [answer] = (await once(sent, "response")) as [IncomingMessage];
  return { status: answer.statusCode, headers: answer.headers, text: await text(answer) };
}

/** Starts a request and holds it; `closed` is when the server has closed the connection. */
function hold(url: string, head: string): { socket: Socket; answer: () => string; closed: Promise<number> } {
  const { hostname, port } = new URL(url);
  const startedAt = performance.now();
  const socket = connect(Number(port), hostname);
  socket.write(head);
  let received = "";
  socket.on("data", (chunk) => {
    received += chunk;
  });
  socket.on("error", () => {});
  const closed = new Promise<number>((resolve) => socket.on("close", () => resolve(performance.now() - startedAt)));
  return { socket, answer: () => received, closed };
}

describe("the guard in front of Next", () => {
  it.each(["POST", "PUT", "DELETE", "PATCH", "OPTIONS", "TRACE", "PROPFIND", "QUERY"])(
    "refuses %s of a page with 405, its methods and a request id, and Next never sees it",
    async (method) => {
      const answer = await send(await start(), { method, path: "/orders/x" });
      expect(answer.status).toBe(405);
      expect(answer.headers).toMatchObject({ allow: "GET, HEAD", "content-type": "application/problem+json" });
      expect(answer.headers["x-request-id"]).toBe(JSON.parse(answer.text).requestId);
      expect(seen).toEqual([]);
    },
  );

  it.each([
    "/_next/image?w=64&q=75&url=%2Fx%0A",
    "/_next/image",
    "//_next//image?x",
    "/_next/%69mage",
    "/_global-error",
  ])("answers 404 for %s without asking Next", async (path) => {
    expect((await send(await start(), { path })).status).toBe(404);
    expect(seen).toEqual([]);
  });

  it("lets pages, files and every method of a route pass", async () => {
    const url = await start();
    for (const [method, path] of [
      ["GET", "/"],
      ["HEAD", "/orders/x"],
      ["GET", "/_next/static/x.js"],
      ["POST", "/api/checkout"],
      ["DELETE", "/api"],
    ] as const) {
      expect((await send(url, { method, path })).status, `${method} ${path}`).toBe(200);
    }
    expect(seen.map(({ url: path }) => path)).toEqual([
      "/",
      "/orders/x",
      "/_next/static/x.js",
      "/api/checkout",
      "/api",
    ]);
  });

  it("hands a webhook with a doubled slash on as the route that it names", async () => {
    expect((await send(await start(), { method: "POST", path: "//api/webhooks/%73ample" })).status).toBe(200);
    expect(seen).toMatchObject([{ url: "/api/webhooks/sample" }]);
  });

  it("drops what the client router alone may send", async () => {
    let header: unknown = "not asked";
    const server = await startHttpServer((request, response) => {
      header = request.headers["next-router-state-tree"];
      response.end();
    });
    servers.push(server);
    await send(server.url, { headers: { rsc: "1", "next-router-state-tree": "nonsense" } });
    expect(header).toBeUndefined();
  });

  it("warns once of a proxy that is not trusted", async () => {
    const url = await start();
    await send(url, {});
    expect(proxyWarning()).toBeNull();
    for (let count = 0; count < 3; count += 1) await send(url, { headers: { "x-forwarded-for": "203.0.113.7" } });
    expect(onProxyWarning).toHaveBeenCalledTimes(1);
    expect(proxyWarning()).toMatchObject({ name: "TRUSTED_PROXY_HOPS" });
  });
});

describe("a body", () => {
  it("reaches its route whole up to the cap, and above it only as far as to be seen too large", async () => {
    const url = await start();
    const post = (bytes: number) => send(url, { method: "POST", path: "/api/reads", body: "x".repeat(bytes) });
    expect((await post(CAP)).status).toBe(200);
    expect((await post(3_000_000)).status).toBe(413);
    expect(seen[0]?.bytes).toBe(CAP);
    expect(seen[1]?.bytes).toBeLessThan(CAP + 70_000);
  });

  it("that is sent to a page and held costs no memory, and its connection ends a second after the answer", async () => {
    const url = await start();
    const before = process.memoryUsage.rss();
    const held = Array.from({ length: 40 }, () => {
      const each = hold(url, "POST / HTTP/1.1\r\nhost: x\r\ncontent-length: 20000000\r\n\r\n");
      each.socket.write(Buffer.alloc(1_000_000));
      return each;
    });
    await eventually(() => held.every(({ answer }) => answer().startsWith("HTTP/1.1 405")) || undefined);
    for (const { closed } of held) expect(await closed).toBeLessThan(8_000);
    expect((process.memoryUsage.rss() - before) / 2 ** 20).toBeLessThan(200);
    expect(seen).toEqual([]);
  });

  it("that is sent to a route that does not read it is not kept", async () => {
    const url = await start();
    const { socket, closed } = hold(url, "POST /api/x HTTP/1.1\r\nhost: x\r\ncontent-length: 20000000\r\n\r\n");
    socket.write(Buffer.alloc(5_000_000));
    await closed;
    expect(seen[0]?.bytes).toBeLessThan(CAP + 70_000);
  });

  it("of an endless sender is not read on after the answer", async () => {
    for (const path of ["/", "/api/x", "/api/reads"]) {
      const url = await start();
      const { socket, closed } = hold(url, `POST ${path} HTTP/1.1\r\nhost: x\r\ncontent-length: 999999999999\r\n\r\n`);
      const chunk = Buffer.alloc(64 * 1024);
      const more = () => {
        while (!socket.destroyed && socket.write(chunk));
      };
      socket.on("drain", more);
      more();
      await closed;
      expect(socket.bytesWritten, path).toBeLessThan(20_000_000);
    }
  });

  it("of a request to change the protocol is that of an ordinary request", async () => {
    const url = await start();
    await send(url, {});
    const { answer, closed } = hold(
      url,
      "POST / HTTP/1.1\r\nhost: x\r\nconnection: upgrade\r\nupgrade: h2c\r\ncontent-length: 9\r\n\r\n",
    );
    await closed;
    expect(answer()).toMatch(/^HTTP\/1.1 405/);
  });

  it.each([
    ["/", 9_000],
    ["/", 100_000],
    ["/api/reads", 100_000],
    ["/api/x", 5_000_000],
  ])("that is not read harms no other request of a connection that is kept: %s, %i bytes", async (path, bytes) => {
    const { hostname, port } = new URL(await start());
    // As a proxy does: one connection, for the requests of all visitors.
    const agent = new Agent({ keepAlive: true, maxSockets: 1 });
    const post = httpRequest({ hostname, port, method: "POST", path, agent, headers: { "content-length": bytes } });
    post.on("error", () => {});
    post.end("x".repeat(bytes));
    const [answer] = (await once(post, "response")) as [IncomingMessage];
    await text(answer);
    const next = httpRequest({ hostname, port, path: "/second", agent }).end();
    const [second] = (await once(next, "response")) as [IncomingMessage];
    expect(await text(second)).toBe("ok");
    agent.destroy();
  });

  it("that is complete keeps its connection for the next request", async () => {
    const { socket, answer } = hold(
      await start(),
      "POST /api/reads HTTP/1.1\r\nhost: x\r\ncontent-length: 2\r\n\r\nhi",
    );
    await eventually(() => answer().endsWith("ok") || undefined);
    socket.write("GET /second HTTP/1.1\r\nhost: x\r\n\r\n");
    await eventually(() => seen.some(({ url }) => url === "/second") || undefined);
    socket.destroy();
  });
});
