import { expect, it } from "vitest";
import { EmulatedClock } from "./clock";
import { parseDurationMs } from "./fields";

it("the clock runs what falls due in order, each task at its own time, and goes on after one that fails", async () => {
  const failures: unknown[] = [];
  const clock = new EmulatedClock((error) => failures.push(error));
  clock.freeze();
  const seen: [string, number][] = [];
  const startedAt = clock.now();
  const note = (name: string) => () => {
    seen.push([name, clock.now() - startedAt]);
  };
  clock.schedule(20, note("b"));
  clock.schedule(10, () => {
    note("a")();
    clock.schedule(5, note("between"));
    throw new Error("sync");
  });
  clock.schedule(20, async () => {
    throw new Error("async");
  });
  clock.schedule(31, note("later"));
  clock.advance(30);
  expect(seen).toEqual([
    ["a", 10],
    ["between", 15],
    ["b", 20],
  ]);
  await expect.poll(() => failures.map(String)).toEqual(["Error: sync", "Error: async"]);
  expect(clock.pendingTasks).toBe(1);
});

it("lengths of time are read", () => {
  const lengths = ["500ms", "90s", "31m", "2h", "1d", 7];
  expect(lengths.map(parseDurationMs)).toEqual([500, 90_000, 1_860_000, 7_200_000, 86_400_000, 7]);
  const wrong = ["", "1", "-1s", "1.5s", "1w", -1, 0.5, null, {}];
  expect(wrong.filter((each) => parseDurationMs(each) !== undefined)).toEqual([]);
});
