import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { authorizationHash, type CallbackSignature, verifyCallback } from "./signing";
import vectors from "./vectors.json";

const bytes = (text: string) => new TextEncoder().encode(text);

describe("the authorization hash", () => {
  const { merchantCode, secret, customerReference, timestamp, hash } = vectors.request;

  test("is the one of the document", async () => {
    expect(await authorizationHash({ merchantCode, secret }, { customerReference, timestamp })).toBe(hash);
  });

  test("keeps a reference in another script readable", async () => {
    const sent = await authorizationHash({ merchantCode, secret }, { customerReference: "Zoë 🥯", timestamp });
    const fields = JSON.parse(new TextDecoder().decode(Uint8Array.from(atob(sent), (char) => char.charCodeAt(0))));
    expect(fields).toMatchObject({ merchant_code: merchantCode, customer_reference: "Zoë 🥯", timestamp });
  });
});

describe.each(Object.entries(vectors.callback))("a callback signed as %s", (name, { body, secret, signature }) => {
  const construction = name as CallbackSignature;
  const verify = (changes: object) =>
    verifyCallback({ body: bytes(body), signature, secret, construction, ...changes });

  test("is believed as the vector has it", async () => {
    expect(await verify({})).toBe(true);
    expect(await verify({ signature: signature.toUpperCase() })).toBe(true);
  });

  test("is not believed with anything changed", async () => {
    const other = construction === "hmac" ? "sha256" : "hmac";
    expect(await verify({ construction: other })).toBe(false);
    expect(await verify({ secret: `${secret}x` })).toBe(false);
    expect(await verify({ secret: "" })).toBe(false);
    for (const malformed of ["", "00", `${signature}00`, `g${signature.slice(1)}`, signature.slice(1)]) {
      expect(await verify({ signature: malformed })).toBe(false);
    }
    const anyByte = fc.record({ at: fc.nat({ max: body.length - 1 }), bit: fc.integer({ min: 1, max: 255 }) });
    await fc.assert(
      fc.asyncProperty(anyByte, async ({ at, bit }) => {
        const changed = bytes(body);
        expect(await verify({ body: changed.with(at, (changed[at] ?? 0) ^ bit) })).toBe(false);
      }),
    );
  });
});
