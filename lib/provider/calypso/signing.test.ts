import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { sign, verify } from "./signing";
import vectors from "./vectors.json";

const bytes = (text: string) => new TextEncoder().encode(text);

describe.each(["request", "webhook"] as const)("the signature of a %s", (kind) => {
  const { body, secret, signature } = vectors[kind];

  test("is the one of the vector", async () => {
    expect(await sign(bytes(body), secret)).toBe(signature);
    expect(await verify(bytes(body), signature, secret)).toBe(true);
    expect(await verify(bytes(body), signature.toUpperCase(), secret)).toBe(true);
  });

  test("covers every byte, and belongs to one secret", async () => {
    expect(await verify(bytes(body), signature, `${secret}x`)).toBe(false);
    expect(await verify(bytes(body), signature, "")).toBe(false);
    for (const malformed of ["", "00", `${signature}00`, `g${signature.slice(1)}`, signature.slice(1)]) {
      expect(await verify(bytes(body), malformed, secret)).toBe(false);
    }
    const anyByte = fc.record({ at: fc.nat({ max: body.length - 1 }), bit: fc.integer({ min: 1, max: 255 }) });
    await fc.assert(
      fc.asyncProperty(anyByte, async ({ at, bit }) => {
        const changed = bytes(body);
        expect(await verify(changed.with(at, (changed[at] ?? 0) ^ bit), signature, secret)).toBe(false);
      }),
    );
  });
});

test("the secret is used as text, not decoded from hex", async () => {
  const { body, secret, signatureOfDecodedKey } = vectors.request;
  expect(await verify(bytes(body), signatureOfDecodedKey, secret)).toBe(false);
});
