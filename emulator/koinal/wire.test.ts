import { expect, test } from "vitest";
import vectors from "./vectors.json";
import { callbackSignature, readAuthorization, requestSignature } from "./wire";

test("the authorization hash of the document is read, and its signature is the one that is expected", () => {
  const { hash, secret, merchantCode, customerReference, timestamp, signature } = vectors.request;
  const read = readAuthorization(hash);
  expect(read).toEqual({ merchantCode: String(merchantCode), customerReference, timestamp, signature });
  expect(read && requestSignature({ ...read, secret })).toBe(signature);
  for (const nonsense of ["", "x", btoa("{}"), btoa("null")]) expect(readAuthorization(nonsense)).toBeNull();
});

test.each(Object.entries(vectors.callback))(
  "a callback is signed as %s",
  (construction, { body, secret, signature }) => {
    expect(callbackSignature(body, { secret, construction })).toBe(signature);
  },
);
