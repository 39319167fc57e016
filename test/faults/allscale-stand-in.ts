import { createHash, createHmac, randomUUID, timingSafeEqual } from "node:crypto";
import type { IncomingMessage, ServerResponse } from "node:http";
import { createServer } from "node:http";
import { text as textOf } from "node:stream/consumers";
import { freePort } from "@/scripts/processes";
import { AllScaleModel, type ApiAnswer, failure } from "./allscale-model";
import type { Credentials } from "./deliveries";

/** What can be wrong with the way to AllScale. `accepted` faults strike after the request had its effect. */
export type AllScaleFault =
  | "none"
  | "never_answers"
  | "slow"
  | "stalls_in_body"
  | "cut_in_body"
  | "reset"
  | "accepted_then_reset"
  | "rate_limited"
  | "html_502"
  | "html_200"
  | "half_json"
  | "wrong_shape"
  | "endless_body"
  | "redirect"
  | "internal_error"
  | "wrong_signature"
  | "missing_signature"
  | "stale_signature"
  | "clock_ahead";

export type StandIn = {
  readonly url: string;
  readonly model: AllScaleModel;
  readonly credentials: Credentials;
  fault: AllScaleFault;
  /** The paths of all requests that came, the unauthentic ones included. */
  readonly requests: string[];
  /** Closes the port, so that connections are refused, until `reopen`. */
  shut(): Promise<void>;
  reopen(): Promise<void>;
  close(): Promise<void>;
};

const SLOW_MS = 1_700;
const SKEW_SECONDS = 20 * 60;
const WINDOW_SECONDS = 600;

/** AllScale's API on a real socket: authenticates, signs its answers, and fails in the way that was asked for. */
export async function startStandIn(): Promise<StandIn> {
  const credentials = { apiKey: `st_key_${randomUUID()}`, apiSecret: `st_canary_${randomUUID()}` };
  const server = createServer((request, response) => {
    void answer(request, response).catch(() => response.destroy());
  });
  const listen = (port: number) =>
    new Promise<void>((resolve, reject) => {
      server.once("error", reject);
      server.listen(port, "127.0.0.1", resolve);
    });
  const shut = async () => {
    if (!server.listening) return;
    const closed = new Promise((resolve) => server.close(resolve));
    server.closeAllConnections();
    await closed;
  };
  const port = await freePort();
  await listen(port);
  const url = `http://127.0.0.1:${port}`;
  const model = new AllScaleModel(url);
  const standIn: StandIn = {
    url,
    model,
    credentials,
    fault: "none",
    requests: [],
    shut,
    reopen: () => listen(port),
    close: shut,
  };

  async function answer(request: IncomingMessage, response: ServerResponse): Promise<void> {
    standIn.requests.push(request.url ?? "");
    const { fault } = standIn;
    const body = await textOf(request);
    if (fault === "never_answers") return;
    if (fault === "reset") return void response.destroy();
    if (fault === "slow") await new Promise((resolve) => setTimeout(resolve, SLOW_MS));
    const said = respond(request, body);
    if (fault === "accepted_then_reset") return void response.destroy();
    write({ request, response, body, said });
  }

  function respond(request: IncomingMessage, body: string): ApiAnswer {
    const refused = authenticate({ request, body, credentials, skewed: standIn.fault === "clock_ahead" });
    if (refused) return refused;
    if (standIn.fault === "rate_limited") return failure(429, 40001, { retry_after: 7 });
    if (standIn.fault === "internal_error") return failure(500, 90000, {});
    return model.handle({ method: request.method ?? "", path: request.url ?? "", body });
  }

  function write(exchange: { request: IncomingMessage; response: ServerResponse; body: string; said: ApiAnswer }) {
    const { request, response, body, said } = exchange;
    const { fault } = standIn;
    const html = "<!doctype html><title>Bad gateway</title><h1>502</h1>";
    if (fault === "html_502") return void response.writeHead(502, { "content-type": "text/html" }).end(html);
    if (fault === "html_200") return void response.writeHead(200, { "content-type": "text/html" }).end(html);
    if (fault === "redirect") return void response.writeHead(302, { location: "https://example.com/" }).end();
    const shaped =
      fault === "wrong_shape" ? { ...(said.body as object), payload: { status: "paid", amount: 1 } } : null;
    const text = JSON.stringify(shaped ?? said.body);
    const headers = signedHeaders({ request, body, text, http: said.http, secret: credentials.apiSecret, fault });
    response.writeHead(said.http, { "content-type": "application/json", ...headers });
    if (fault === "stalls_in_body") return void response.write(text.slice(0, 10));
    if (fault === "cut_in_body") return void response.write(text.slice(0, 10), () => response.destroy());
    if (fault === "half_json") return void response.end(text.slice(0, -10));
    if (fault === "endless_body") return endless(response);
    response.end(text);
  }

  return standIn;
}

/** Writes as fast as it is read, until the other side has had enough. */
function endless(response: ServerResponse): void {
  const chunk = Buffer.alloc(65_536, " ");
  const more = () => {
    while (!response.destroyed && response.write(chunk));
  };
  response.on("drain", more);
  more();
}

/** The checks of §2 and their errors (§3). Null when the request is the merchant's own. */
function authenticate(input: {
  request: IncomingMessage;
  body: string;
  credentials: Credentials;
  skewed: boolean;
}): ApiAnswer | null {
  const { request, body, credentials, skewed } = input;
  const header = (name: string) => String(request.headers[name] ?? "");
  if (header("x-api-key") !== credentials.apiKey) return failure(401, 20002, { reason: "invalid_key" });
  const now = Math.floor(Date.now() / 1_000) + (skewed ? SKEW_SECONDS : 0);
  if (Math.abs(now - Number(header("x-timestamp"))) > WINDOW_SECONDS) {
    return failure(401, 20002, { reason: "timestamp_out_of_window" });
  }
  const [path = "", query = ""] = (request.url ?? "").split("?");
  const lines = [request.method, path, query, header("x-timestamp"), header("x-nonce"), sha256(body)];
  const expected = Buffer.from(`v1=${hmac(lines, credentials.apiSecret)}`);
  const given = Buffer.from(header("x-signature"));
  if (expected.length === given.length && timingSafeEqual(expected, given)) return null;
  return failure(401, 20002, { reason: "signature_mismatch" });
}

/** The signature of an answer (§9), or the lack of one. */
function signedHeaders(input: {
  request: IncomingMessage;
  body: string;
  text: string;
  http: number;
  secret: string;
  fault: AllScaleFault;
}): Record<string, string> {
  const { request, body, text, http, fault } = input;
  if (fault === "missing_signature") return {};
  const secret = fault === "wrong_signature" ? `${input.secret}x` : input.secret;
  const timestamp = `${Math.floor(Date.now() / 1_000) - (fault === "stale_signature" ? 3_600 : 0)}`;
  const nonce = randomUUID();
  const path = (request.url ?? "").split("?")[0] ?? "";
  const requestNonce = String(request.headers["x-nonce"] ?? "");
  const lines = [`${http}`, path, requestNonce, sha256(body), timestamp, nonce, sha256(text)];
  return {
    "x-response-timestamp": timestamp,
    "x-response-nonce": nonce,
    "x-response-signature": `v1=${hmac(lines, secret)}`,
  };
}

function sha256(text: string): string {
  return createHash("sha256").update(text).digest("hex");
}

function hmac(lines: readonly (string | undefined)[], secret: string): string {
  return createHmac("sha256", secret).update(lines.join("\n")).digest("base64");
}
