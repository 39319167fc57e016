import { describe, expect, it } from "vitest";
import { FRESH_MS, GIVEN_UP_MS, LONGEST_WAIT_MS, recent } from "./recent";

function figures() {
  const state = { now: 0, reads: 0, failures: 0, answer: async (): Promise<number> => state.reads };
  const current = recent({
    nothing: 0,
    read: () => {
      state.reads += 1;
      return state.answer();
    },
    now: () => state.now,
    defer: (work) => void work(),
    onFailure: () => {
      state.failures += 1;
    },
  });
  return { state, current };
}

const never = () => new Promise<number>(() => undefined);
const fails = () => Promise.reject(new Error("the store is away"));

describe("recent figures", () => {
  it("cost one read for all who come at once, and one for each period", async () => {
    const { state, current } = figures();
    expect(new Set(await Promise.all(Array.from({ length: 100 }, current)))).toEqual(new Set([1]));
    state.now += FRESH_MS - 1;
    expect(await current()).toBe(1);
    state.now += 1;
    expect(await current()).toBe(2);
    expect(state.reads).toBe(2);
  });

  it("are the last known ones while the store hangs, and no page waits for it", async () => {
    const { state, current } = figures();
    await current();
    state.answer = never;
    state.now += FRESH_MS;
    const started = performance.now();
    expect(await current()).toBe(1);
    // Far less than the store's own limit, also on a busy machine.
    expect(performance.now() - started).toBeLessThan(LONGEST_WAIT_MS + 1_500);
    expect(state.reads).toBe(2);
    // A read without an end is given up.
    state.answer = async () => 7;
    state.now += GIVEN_UP_MS;
    expect(await current()).toBe(7);
  });

  it("are the last known ones while the store fails, without a read for each visitor", async () => {
    const { state, current } = figures();
    state.answer = fails;
    expect(await current()).toBe(0);
    expect(await current()).toBe(0);
    expect(state).toMatchObject({ reads: 1, failures: 1 });
    state.answer = async () => 5;
    state.now += FRESH_MS;
    expect(await current()).toBe(5);
  });
});
