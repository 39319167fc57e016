import { expect, test } from "vitest";
import { dateHeader, depositSignature, payloadSignature, verifyControl } from "./signing";
import vectors from "./vectors.json";

test.each(Object.entries(vectors.deposits))("a %s is signed as the vector has it", async (_, vector) => {
  const { secret, signature, ...message } = vector;
  expect(await depositSignature(secret, message)).toBe(signature);
});

test("a signature changes with each of its parts", async () => {
  const { secret, signature, ...message } = vectors.deposits.post;
  for (const part of ["date", "login", "body"] as const) {
    expect(await depositSignature(secret, { ...message, [part]: `${message[part]}x` })).not.toBe(signature);
  }
  expect(await depositSignature(`${secret}x`, message)).not.toBe(signature);
});

test("a date is in UTC without fractions of a second", () => {
  expect(dateHeader(Date.UTC(2020, 5, 21, 12, 33, 20, 987))).toBe(vectors.deposits.post.date);
});

test.each(Object.entries(vectors.payloads))(
  "a cashout's payload (%s) is signed as the vector has it",
  async (_, vector) => {
    expect(await payloadSignature(vector.secret, vector.body)).toBe(vector.signature);
  },
);

test("the control of a cashout's notification is believed for its reference alone", async () => {
  const { secret, externalId, control } = vectors.control;
  expect(await verifyControl(secret, { externalId, control })).toBe(true);
  expect(await verifyControl(secret, { externalId: `${externalId}5`, control })).toBe(false);
  expect(await verifyControl(`${secret}x`, { externalId, control })).toBe(false);
  expect(await verifyControl("", { externalId, control })).toBe(false);
  for (const malformed of ["", control.toLowerCase(), `${control}00`, control.slice(1)]) {
    expect(await verifyControl(secret, { externalId, control: malformed })).toBe(false);
  }
});
