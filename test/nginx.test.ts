import { type ChildProcess, spawn, spawnSync } from "node:child_process";
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { type IncomingMessage, request } from "node:http";
import { connect } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { buffer } from "node:stream/consumers";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { clientAddress } from "@/lib/web/arrival";
import { freePort, stop } from "../scripts/processes";
import { eventually } from "./eventually";
import { type HttpServer, startHttpServer } from "./http-server";

type Arrived = { readonly target: string; readonly headers: IncomingMessage["headers"]; readonly body: Buffer };

const isInstalled = spawnSync("nginx", ["-v"]).status === 0;

/** `deploy/nginx.conf` in a real nginx, in front of a server that notes what arrives. CI has nginx. */
describe.skipIf(!isInstalled)("deploy/nginx.conf", () => {
  const folder = mkdtempSync(join(tmpdir(), "checkout-nginx-"));
  const arrived: Arrived[] = [];
  let upstream: HttpServer;
  let nginx: ChildProcess;
  let port: number;

  beforeAll(async () => {
    upstream = await startHttpServer(async (incoming, response) => {
      arrived.push({ target: incoming.url ?? "", headers: incoming.headers, body: await buffer(incoming) });
      response.end("from the app");
    });
    port = await freePort();
    const site = readFileSync("deploy/nginx.conf", "utf8")
      .replaceAll(/listen (\[::\]:)?80;/g, (_, ipv6) => (ipv6 ? "" : `listen 127.0.0.1:${port};`))
      .replace("127.0.0.1:3000", new URL(upstream.url).host)
      // So that the test need not wait as long as a visitor may.
      .replace(/(client_body_timeout|client_header_timeout) 10s/g, "$1 1s");
    const temporary = ["client_body", "proxy", "fastcgi", "uwsgi", "scgi"].map(
      (name) => `${name}_temp_path ${folder};`,
    );
    const main = `daemon off; pid ${folder}/pid; error_log ${folder}/error.log; events {} http { ${temporary.join(" ")} ${site} }`;
    writeFileSync(join(folder, "nginx.conf"), main);
    const options = ["-p", folder, "-c", join(folder, "nginx.conf")];
    expect(spawnSync("nginx", ["-t", ...options], { encoding: "utf8" }).stderr).toContain("test is successful");
    nginx = spawn("nginx", options, { stdio: "ignore" });
    await eventually(async () => (await fetch(`http://127.0.0.1:${port}/`).catch(() => undefined)) && true);
  });

  afterAll(async () => {
    await Promise.all([stop(nginx), upstream.close()]);
    rmSync(folder, { recursive: true, force: true });
  });

  function send(target: string, options: { body?: Buffer; headers?: Record<string, string> } = {}): Promise<number> {
    arrived.length = 0;
    return new Promise((resolve, reject) => {
      const sent = request({ host: "127.0.0.1", port, path: target, method: "POST", headers: options.headers });
      sent.on("error", reject).on("response", (response) => {
        response.resume();
        resolve(response.statusCode ?? 0);
      });
      sent.end(options.body);
    });
  }

  it.each([
    "/api/webhooks/allscale",
    "/api//webhooks/./allscale?",
    "/api/webhooks/all%73cale/%2e%2E/%C3%A9%2F?a=%20&&b=+c",
    "/api/webhooks/allscale?q=%c3%a9%2B%zz",
  ])("passes on %s as it was signed", async (target) => {
    const body = Buffer.from(Array.from({ length: 256 }, (_, index) => index));
    expect(await send(target, { body })).toBe(200);
    expect(arrived).toMatchObject([{ target, body }]);
  });

  it("names the address that it saw, whatever the visitor claims", async () => {
    await send("/", {
      headers: { "X-Forwarded-For": "203.0.113.7, 10.0.0.1", "X-Forwarded-Proto": "https", Host: "a.example" },
    });
    expect(arrived).toMatchObject([{ headers: { host: "a.example", "x-forwarded-proto": "http" } }]);
    const seen = new Headers({ "x-forwarded-for": String(arrived[0]?.headers["x-forwarded-for"]) });
    expect(clientAddress(seen, 1)).toBe("127.0.0.1");
  });

  it("takes a body as large as the app does, and refuses a larger one itself", async () => {
    expect(await send("/", { body: Buffer.alloc(64 * 1024) })).toBe(200);
    expect(await send("/", { body: Buffer.alloc(64 * 1024 + 1) })).toBe(413);
    expect(arrived).toEqual([]);
  });

  it.each([
    ["headers that never end", "POST / HTTP/1.1\r\nHost: a\r\n"],
    ["a body that never ends", "POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 5\r\n\r\n12"],
  ])("keeps %s away from the app", async (_, bytes) => {
    arrived.length = 0;
    const socket = connect(port, "127.0.0.1", () => socket.write(bytes)).resume();
    await new Promise((resolve) => socket.once("close", resolve));
    expect(arrived).toEqual([]);
  });
});
