import { execFileSync } from "node:child_process";
import { expect, it } from "vitest";

it("another language computes the same signatures as the vectors of every provider", () => {
  const said = execFileSync("python3", ["test/vectors.py"], { encoding: "utf8" });
  expect(Number(/^(\d+) values agree/.exec(said)?.[1])).toBeGreaterThan(40);
});
