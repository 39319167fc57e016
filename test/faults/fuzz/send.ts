import { Agent, request as httpRequest } from "node:http";
import { connect } from "node:net";
import type { FuzzedRequest } from "./requests";

/** A status; or that the connection was closed, or kept, without one; or that the client would not even send it. */
export type Outcome = number | "closed" | "no answer" | "not sendable";

const PATIENCE_MS = 15_000;
/** A raw request may promise a body that never comes, which the server rightly waits for. */
const RAW_PATIENCE_MS = 1_000;

export type Sender = { send(request: FuzzedRequest): Promise<Outcome>; close(): void };

export function openSender(url: string, width: number): Sender {
  const { hostname, port } = new URL(url);
  const agent = new Agent({ keepAlive: true, maxSockets: width });
  const target = { host: hostname, port: Number(port) };
  return {
    send: (request) =>
      request.channel === "raw" ? sendRaw(request, target) : sendWhole(request, { ...target, agent }),
    close: () => agent.destroy(),
  };
}

function sendWhole(
  { method, path, headers, body, channel }: FuzzedRequest,
  target: { host: string; port: number; agent: Agent },
): Promise<Outcome> {
  return new Promise((resolve) => {
    const length = { "content-length": String(body.byteLength) };
    let sent: ReturnType<typeof httpRequest>;
    try {
      sent = httpRequest({ ...target, method, path, headers: { ...headers, ...length }, timeout: PATIENCE_MS });
    } catch {
      resolve("not sendable");
      return;
    }
    sent.on("response", (response) => {
      response.resume();
      response.once("close", () => resolve(response.statusCode ?? "closed"));
    });
    for (const event of ["upgrade", "connect"] as const) {
      sent.on(event, (response, socket) => {
        socket.destroy();
        resolve(response.statusCode ?? "closed");
      });
    }
    sent.on("timeout", () => {
      resolve("no answer");
      sent.destroy();
    });
    sent.on("error", () => resolve("closed"));
    if (channel === "cut" && body.byteLength > 1) {
      // The sender is gone in the middle of its body; there is no one to answer.
      sent.write(body.subarray(0, body.byteLength / 2), () => sent.destroy());
      sent.once("close", () => resolve("closed"));
    } else sent.end(body);
  });
}

function sendRaw(
  { method, path, headers, body }: FuzzedRequest,
  target: { host: string; port: number },
): Promise<Outcome> {
  return new Promise((resolve) => {
    const lines = Object.entries(headers).map(([name, value]) => `${name}: ${value}`);
    const head = [`${method} ${path} HTTP/1.1`, `Host: ${target.host}`, ...lines, "", ""].join("\r\n");
    let answer = "";
    const socket = connect(target, () => {
      socket.write(Buffer.concat([Buffer.from(head, "latin1"), body]));
    });
    const finish = (otherwise: Outcome) => {
      const status = /^HTTP\/1\.1 (\d{3})/.exec(answer.replace(/^HTTP\/1\.1 100 Continue\r\n\r\n/, ""))?.[1];
      socket.destroy();
      resolve(status === undefined ? otherwise : Number(status));
    };
    socket.setTimeout(RAW_PATIENCE_MS, () => finish("no answer"));
    socket.on("data", (chunk) => {
      answer += chunk.toString("latin1");
      if (/^HTTP\/1\.1 [2-5]\d\d[^\n]*\n/.test(answer)) finish("closed");
    });
    socket.on("error", () => finish("closed"));
    socket.on("close", () => finish("closed"));
  });
}
