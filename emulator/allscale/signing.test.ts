import { describe, expect, it } from "vitest";
import known from "../vectors.json";
import {
  canonicalRequest,
  canonicalResponse,
  canonicalWebhook,
  sha256Hex,
  sign,
  signatureHeader,
  signatureMatches,
} from "./signing";

type Vector = (typeof known.vectors)[number];

const field = (vector: Vector, name: string): string => String((vector as Record<string, unknown>)[name] ?? "");
const bytes = (vector: Vector, name: string): Buffer => Buffer.from(field(vector, name), "utf8");

function canonicalOf(vector: Vector): string {
  const shared = {
    method: field(vector, "method"),
    path: vector.path,
    query: field(vector, "query"),
    timestamp: field(vector, "timestamp"),
    nonce: field(vector, "nonce"),
    body: bytes(vector, "body"),
  };
  switch (vector.kind) {
    case "request":
      return canonicalRequest(shared);
    case "webhook":
      return canonicalWebhook({ ...shared, webhookId: field(vector, "webhook_id") });
    default:
      return canonicalResponse({
        status: Number(field(vector, "status")),
        path: vector.path,
        requestNonce: field(vector, "request_nonce"),
        requestBody: bytes(vector, "request_body"),
        responseTimestamp: field(vector, "response_timestamp"),
        responseNonce: field(vector, "response_nonce"),
        responseBody: bytes(vector, "response_body"),
      });
  }
}

describe("signing by the known-answer vectors", () => {
  it("knows the hash of nothing", () => {
    expect(sha256Hex(new Uint8Array())).toBe(known.empty_body_sha256);
  });

  it.each(known.vectors.map((vector) => [vector.name, vector] as const))("signs and verifies %s", (_name, vector) => {
    const canonical = canonicalOf(vector);
    expect(canonical).toBe(vector.canonical);
    expect(sign(vector.api_secret, canonical)).toBe(vector.signature);
    const expected = signatureHeader(vector.api_secret, canonical);
    expect(signatureMatches(`v1=${vector.signature}`, expected)).toBe(true);
    expect(signatureMatches(vector.signature, expected)).toBe(false);
    expect(signatureMatches(`v1=${vector.signature.slice(1)}`, expected)).toBe(false);
    expect(signatureMatches(`v1=A${vector.signature.slice(1)}`, expected)).toBe(vector.signature.startsWith("A"));
  });
});
