import { expect, test } from "vitest";
import vectors from "./vectors.json";
import { controlOf, depositSignature, payloadSignature, readAuthorization, readDate } from "./wire";

test.each(Object.entries(vectors.deposits))("a %s is signed as the vector has it", (_, { signature, ...signed }) => {
  expect(depositSignature(signed)).toBe(signature);
  for (const scheme of ["OKP", "D24"]) expect(readAuthorization(`${scheme} ${signature}`)).toBe(signature);
  for (const other of [signature, `Bearer ${signature}`, `OKP ${signature.toUpperCase()}`, "OKP ", ""]) {
    expect(readAuthorization(other)).toBeNull();
  }
});

test("a date has no fractions and is in UTC", () => {
  expect(readDate(vectors.deposits.post.date)).toBe(Date.UTC(2020, 5, 21, 12, 33, 20));
  for (const other of ["", "2020-06-21T12:33:20.000Z", "2020-06-21T12:33:20+02:00", "2020-99-21T12:33:20Z"]) {
    expect(readDate(other)).toBeNull();
  }
});

test.each(Object.entries(vectors.payloads))("a cashout's payload (%s) is signed as the vector has it", (_, vector) => {
  expect(payloadSignature(vector.secret, vector.body)).toBe(vector.signature);
});

test("the control of a cashout's notification is the vector's", () => {
  const { secret, externalId, control } = vectors.control;
  expect(controlOf(secret, externalId)).toBe(control);
});
