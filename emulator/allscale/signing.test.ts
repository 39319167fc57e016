import { describe, expect, it } from "vitest";
import { openStore } from "../test-support/bench-store";
import { send } from "../test-support/merchant";
import known from "../vectors.json";
import {
  canonicalRequest,
  canonicalResponse,
  canonicalWebhook,
  sha256Hex,
  signatureHeader,
  signatureMatches,
} from "./signing";

type Vector = (typeof known.vectors)[number];

function canonicalOf(vector: Vector): string {
  const field = (name: string): string => String((vector as Record<string, unknown>)[name] ?? "");
  const bytes = (name: string): Buffer => Buffer.from(field(name), "utf8");
  const { kind, path } = vector;
  if (kind === "response") {
    const asked = { requestNonce: field("request_nonce"), requestBody: bytes("request_body") };
    const answered = {
      timestamp: field("response_timestamp"),
      nonce: field("response_nonce"),
      body: bytes("response_body"),
    };
    return canonicalResponse({ status: Number(field("status")), path, ...asked, ...answered });
  }
  const sent = { method: field("method"), path, query: field("query"), body: bytes("body") };
  const request = { ...sent, timestamp: field("timestamp"), nonce: field("nonce") };
  return kind === "request"
    ? canonicalRequest(request)
    : canonicalWebhook({ ...request, webhookId: field("webhook_id") });
}

describe("the known-answer vectors", () => {
  it.each(known.vectors.map((vector) => [vector.name, vector] as const))(
    "%s is signed and verified",
    (_name, vector) => {
      expect(sha256Hex(new Uint8Array())).toBe(known.empty_body_sha256);
      const canonical = canonicalOf(vector);
      expect(canonical).toBe(vector.canonical);
      const expected = signatureHeader(vector.api_secret, canonical);
      expect(expected).toBe(`v1=${vector.signature}`);
      const wrong = [vector.signature, `v1=${vector.signature.slice(1)}`, expected.replace(/.=*$/, "!=")];
      expect([expected, ...wrong].map((each) => signatureMatches(each, expected))).toEqual([true, false, false, false]);
    },
  );

  const requests = known.vectors.filter(({ kind }) => kind === "request");

  /** Sends a vector byte for byte to an emulator whose clock shows the vector's time. */
  async function play(vector: Vector, target: string) {
    const { method, headers, body, timestamp } = vector as unknown as Record<string, string> & {
      headers: Record<string, string>;
    };
    const clockSkewMs = Number(timestamp) * 1000 - Date.now();
    const apiKey = String(headers["X-API-Key"]);
    const { emulator } = await openStore({ apiKey, apiSecret: vector.api_secret, settings: { clockSkewMs } });
    return send({ url: emulator.url, method: String(method), target, headers, ...(body && { body }) });
  }

  it.each(requests.map((vector) => [vector.name, vector] as const))(
    "%s is believed on the wire",
    async (_name, vector) => {
      const { status, body } = await play(vector, vector.path);
      const others: Readonly<Record<string, readonly [number, number]>> = {
        request_post_create_no_trailing_slash: [404, 10001],
        request_get_status: [404, 50001],
      };
      expect([status, body?.code]).toEqual(others[vector.name] ?? [200, 0]);
    },
  );

  it("the one signed without its trailing slash is not believed with it", async () => {
    const vector = requests.find(({ name }) => name === "request_post_create_no_trailing_slash");
    if (vector === undefined) throw new Error("The vector is missing.");
    const { status, body } = await play(vector, `${vector.path}/`);
    expect([status, body?.error?.details?.reason]).toEqual([401, "signature_mismatch"]);
  });
});
