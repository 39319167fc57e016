import { sha256Hex, sign } from "./hmac";

/** What a request's signature covers. Path and query exactly as they are sent: the slash at the end of create counts. */
export type RequestToSign = {
  readonly method: "GET" | "POST";
  readonly path: string;
  /** Without the question mark; empty when there is none. */
  readonly query: string;
  /** Unix seconds, as in the header. */
  readonly timestamp: string;
  readonly nonce: string;
  readonly bodySha256: string;
};

/** The six lines of a request (§2), without a line feed at the end. */
export function canonicalRequest(request: RequestToSign): string {
  const { method, path, query, timestamp, nonce, bodySha256 } = request;
  return [method, path, query, timestamp, nonce, bodySha256].join("\n");
}

/** The headers that authenticate one request (§2). The nonce must be new for each: the server takes it once. */
export async function signedHeaders(input: {
  readonly method: "GET" | "POST";
  readonly path: string;
  readonly query: string;
  /** The very bytes that are sent; empty for a request without a body. */
  readonly body: Uint8Array;
  readonly nowMs: number;
  readonly nonce: string;
  readonly apiKey: string;
  readonly apiSecret: string;
}): Promise<Record<string, string>> {
  const { method, path, query, nonce } = input;
  const timestamp = String(Math.floor(input.nowMs / 1_000));
  const bodySha256 = await sha256Hex(input.body);
  const canonical = canonicalRequest({ method, path, query, timestamp, nonce, bodySha256 });
  return {
    "X-API-Key": input.apiKey,
    "X-Timestamp": timestamp,
    "X-Nonce": nonce,
    "X-Signature": await sign(canonical, input.apiSecret),
  };
}
