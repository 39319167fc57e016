import { createHash, createHmac, randomUUID } from "node:crypto";
import { request as httpRequest } from "node:http";
import { text as textOf } from "node:stream/consumers";
import { parseJson } from "../core/json";

/** A merchant's side of §2, written apart from the emulator's own signing so that each checks the other. */
export type Merchant = Readonly<{ baseUrl: string; apiKey: string; apiSecret: string }>;

interface Envelope {
  readonly code?: number;
  readonly payload?: unknown;
  readonly error?: { readonly message?: string; readonly details?: Readonly<Record<string, unknown>> } | null;
  readonly request_id?: string;
  readonly [name: string]: unknown;
}

/** `body` is the text as JSON, or undefined when it is none. */
export type RawAnswer = Readonly<{ status: number; headers: Headers; text: string; body: Envelope | undefined }>;
type Headers = Readonly<Record<string, string>>;
type Body = string | Uint8Array;

export interface CallOptions extends Readonly<Partial<Record<"timestamp" | "nonce" | "key" | "secret", string>>> {
  readonly body?: Body;
  /** Headers that replace or, when null, remove what would be sent. */
  readonly headers?: Readonly<Record<string, string | null>>;
  readonly signed?: Readonly<Partial<Record<"method" | "target" | "timestamp" | "nonce", string>>> & { body?: Body };
}

/** What create takes for an intent of five dollars. */
export const usd = { currency: 1, amount_cents: 500, order_id: "o-1" };

export function nowSeconds(offset = 0): string {
  return String(Math.floor(Date.now() / 1000) + offset);
}

type Sent = Readonly<{ method: string; target: string; options: CallOptions }>;

export function signedHeaders(merchant: Merchant, { method, target, options }: Sent): Record<string, string> {
  const { timestamp = nowSeconds(), nonce = randomUUID(), body = "", secret = merchant.apiSecret } = options;
  const signed = { method, target, timestamp, nonce, body, ...options.signed };
  const mark = signed.target.indexOf("?");
  const [path, query] = mark < 0 ? [signed.target, ""] : [signed.target.slice(0, mark), signed.target.slice(mark + 1)];
  const hash = createHash("sha256").update(signed.body).digest("hex");
  const canonical = [signed.method, path, query, signed.timestamp, signed.nonce, hash].join("\n");
  const signature = `v1=${createHmac("sha256", secret).update(canonical).digest("base64")}`;
  const key = options.key ?? merchant.apiKey;
  return { "X-API-Key": key, "X-Timestamp": timestamp, "X-Nonce": nonce, "X-Signature": signature };
}

/** Sends one signed request. The target goes onto the wire as it is, unlike with `fetch`. */
export function call(merchant: Merchant, target: string, options: CallOptions & { method?: string } = {}) {
  const { body, method = body === undefined ? "GET" : "POST" } = options;
  const contentType = body === undefined ? {} : { "Content-Type": "application/json" };
  const all = { ...contentType, ...signedHeaders(merchant, { method, target, options }), ...options.headers };
  const kept = Object.entries(all).flatMap(([name, value]) => (value === null ? [] : [[name, value] as const]));
  const headers = Object.fromEntries(kept);
  return send({ url: merchant.baseUrl, method, target, headers, ...(body && { body }) });
}

export function create(merchant: Merchant, fields: object, options: CallOptions = {}): Promise<RawAnswer> {
  return call(merchant, "/v1/checkout_intents/", { body: JSON.stringify(fields), ...options });
}

type Texts = Readonly<Record<"checkout_url" | "allscale_checkout_intent_id" | "amount_coins", string>>;
export type CreatedIntent = Texts & Readonly<{ stable_coin_type: number; rate: string | null }>;

export function payloadOf<T = Readonly<Record<string, unknown>>>(answer: RawAnswer): T {
  if (answer.body?.code !== 0) throw new Error(`This was refused: ${answer.text}`);
  return answer.body.payload as T;
}

export async function createOk(merchant: Merchant, fields: object): Promise<CreatedIntent> {
  return payloadOf<CreatedIntent>(await create(merchant, fields));
}

type Plain = Readonly<{ url: string; method: string; target: string; headers?: Headers; body?: Body }>;

export function send({ url, method, target, headers = {}, body }: Plain): Promise<RawAnswer> {
  const { hostname: host, port } = new URL(url);
  const length = body === undefined ? {} : { "Content-Length": String(Buffer.byteLength(body)) };
  const options = { host, port, method, path: target, headers: { ...length, ...headers }, agent: false };
  return new Promise((resolve, reject) => {
    const outgoing = httpRequest(options, (incoming) => {
      const { statusCode: status = 0 } = incoming;
      const entries = Object.entries(incoming.headers).map(([name, value]) => [name, String(value)] as const);
      textOf(incoming).then((text) => {
        const body = parseJson(text) as Envelope | undefined;
        resolve({ status, headers: Object.fromEntries(entries), text, body });
      }, reject);
    });
    outgoing.on("error", reject).end(body);
  });
}
