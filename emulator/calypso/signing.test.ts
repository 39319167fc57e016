import { expect, test } from "vitest";
import { fibonacciGapsMs, sign } from "./merchant";
import vectors from "./vectors.json";

test.each(["request", "webhook"] as const)("the emulator signs a %s as the vector has it", (kind) => {
  const { body, secret, signature } = vectors[kind];
  expect(sign(body, secret)).toBe(signature);
});

test("an event is sent again with gaps that grow to 34 hours", () => {
  expect(fibonacciGapsMs).toHaveLength(18);
  expect(fibonacciGapsMs.slice(0, 5)).toEqual([30_000, 60_000, 90_000, 150_000, 240_000]);
  expect(fibonacciGapsMs.at(-1)).toBe(125_430_000);
});
