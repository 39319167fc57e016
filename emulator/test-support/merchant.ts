import { createHash, createHmac, randomUUID } from "node:crypto";
import { request as httpRequest } from "node:http";

/** A merchant's side of §2, written apart from the emulator's own signing so that each checks the other. */
export type Merchant = Readonly<{ baseUrl: string; apiKey: string; apiSecret: string }>;

export interface RawAnswer {
  readonly status: number;
  readonly headers: Readonly<Record<string, string>>;
  readonly text: string;
  /** The body as JSON, or undefined when it is none. */
  readonly body: Envelope | undefined;
}

export interface Envelope {
  readonly code?: number;
  readonly payload?: unknown;
  readonly error?: Readonly<{ message?: string; details?: Readonly<Record<string, unknown>> }> | null;
  readonly request_id?: string;
  readonly [name: string]: unknown;
}

export interface CallOptions {
  readonly body?: string | Uint8Array;
  readonly timestamp?: string;
  readonly nonce?: string;
  readonly key?: string;
  readonly secret?: string;
  /** Headers that replace or, when null, remove what would be sent. */
  readonly headers?: Readonly<Record<string, string | null>>;
  /** What is signed instead of what is sent. */
  readonly signed?: {
    readonly method?: string;
    readonly target?: string;
    readonly body?: string | Uint8Array;
    readonly timestamp?: string;
    readonly nonce?: string;
  };
}

export function nowSeconds(offset = 0): string {
  return String(Math.floor(Date.now() / 1000) + offset);
}

export function signedHeaders(
  merchant: Merchant,
  { method, target, options }: Omit<Sent, "url">,
): Record<string, string> {
  const timestamp = options.timestamp ?? nowSeconds();
  const nonce = options.nonce ?? randomUUID();
  const signedTarget = options.signed?.target ?? target;
  const mark = signedTarget.indexOf("?");
  const lines = [
    options.signed?.method ?? method,
    mark === -1 ? signedTarget : signedTarget.slice(0, mark),
    mark === -1 ? "" : signedTarget.slice(mark + 1),
    options.signed?.timestamp ?? timestamp,
    options.signed?.nonce ?? nonce,
    createHash("sha256")
      .update(options.signed?.body ?? options.body ?? "")
      .digest("hex"),
  ];
  const secret = options.secret ?? merchant.apiSecret;
  return {
    "X-API-Key": options.key ?? merchant.apiKey,
    "X-Timestamp": timestamp,
    "X-Nonce": nonce,
    "X-Signature": `v1=${createHmac("sha256", secret).update(lines.join("\n")).digest("base64")}`,
  };
}

type Sent = Readonly<{ method: string; url: string; target: string; options: CallOptions }>;

/** Sends one signed request. The target goes onto the wire as it is, unlike with `fetch`. */
export function call(merchant: Merchant, target: string, options: CallOptions & { method?: string } = {}) {
  const method = options.method ?? (options.body === undefined ? "GET" : "POST");
  const contentType = options.body === undefined ? {} : { "Content-Type": "application/json" };
  const all = { ...contentType, ...signedHeaders(merchant, { method, target, options }), ...options.headers };
  const headers = Object.fromEntries(
    Object.entries(all).flatMap(([name, value]) => (value === null ? [] : [[name, value] as const])),
  );
  return send({ url: merchant.baseUrl, method, target, headers, ...(options.body && { body: options.body }) });
}

export function create(merchant: Merchant, fields: object, options: CallOptions = {}): Promise<RawAnswer> {
  return call(merchant, "/v1/checkout_intents/", { body: JSON.stringify(fields), ...options });
}

export interface CreatedIntent {
  readonly checkout_url: string;
  readonly allscale_checkout_intent_id: string;
  readonly amount_coins: string;
  readonly stable_coin_type: number;
  readonly rate: string | null;
}

/** The payload of an answer that must be a success. */
export function payloadOf<T = Readonly<Record<string, unknown>>>(answer: RawAnswer): T {
  if (answer.body?.code !== 0) throw new Error(`This was refused: ${answer.text}`);
  return answer.body.payload as T;
}

/** Creates an intent and fails the test when that is refused. */
export async function createOk(merchant: Merchant, fields: object): Promise<CreatedIntent> {
  return payloadOf<CreatedIntent>(await create(merchant, fields));
}

export interface PlainRequest {
  readonly url: string;
  readonly method: string;
  readonly target: string;
  readonly headers?: Readonly<Record<string, string>>;
  readonly body?: string | Uint8Array;
}

/** One HTTP request over a connection of its own. */
export function send({ url, method, target, headers = {}, body }: PlainRequest): Promise<RawAnswer> {
  const { hostname, port } = new URL(url);
  const length = body === undefined ? {} : { "Content-Length": String(Buffer.byteLength(body)) };
  return new Promise((resolve, reject) => {
    const outgoing = httpRequest(
      { host: hostname, port, method, path: target, headers: { ...length, ...headers }, agent: false },
      (incoming) => {
        const chunks: Buffer[] = [];
        incoming.on("data", (chunk: Buffer) => chunks.push(chunk));
        incoming.on("error", reject);
        incoming.on("end", () => {
          const text = Buffer.concat(chunks).toString("utf8");
          const entries = Object.entries(incoming.headers).map(([name, value]) => [name, String(value)] as const);
          resolve({
            status: incoming.statusCode ?? 0,
            headers: Object.fromEntries(entries),
            text,
            body: parseOrUndefined(text),
          });
        });
      },
    );
    outgoing.on("error", reject);
    outgoing.end(body);
  });
}

function parseOrUndefined(text: string): Envelope | undefined {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}
