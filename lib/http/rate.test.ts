import { expect, it } from "vitest";
import { parseRate } from "./rate";

it.each([
  ["5/60s", { limit: 5, windowMs: 60_000 }],
  [" 120/1m ", { limit: 120, windowMs: 60_000 }],
  ["1/24h", { limit: 1, windowMs: 86_400_000 }],
  ["999999/1s", { limit: 999_999, windowMs: 1_000 }],
])("reads %j", (text, rate) => {
  expect(parseRate(text)).toEqual(rate);
});

it.each([
  "",
  "5",
  "5/60",
  "5/s",
  "0/60s",
  "5/0s",
  "-5/60s",
  "5/60ms",
  "5/60S",
  "5.5/60s",
  "1e3/60s",
  "5/25h",
  "5 / 60s",
  "５/60s",
  "5/60s 6/60s",
  "1234567/60s",
])("refuses %j", (text) => {
  expect(parseRate(text)).toBeNull();
});
