import fc from "fast-check";
import { expect, it } from "vitest";
import { queueWrites } from "./sqlite-writes";

class Busy extends Error {}

/** A database that keeps what was committed, and counts. */
function database(options: { busyFor?: number; disk?: Promise<void> } = {}) {
  let { busyFor = 0 } = options;
  const state = { rows: [] as number[], commits: 0, durable: 0, open: 0 };
  const write = queueWrites<number[]>({
    begin(durable) {
      if (busyFor-- > 0) throw new Busy();
      expect(++state.open, "one transaction at a time").toBe(1);
      const db = [...state.rows];
      return {
        db,
        async commit() {
          await (options.disk ?? new Promise((resolve) => setImmediate(resolve)));
          Object.assign(state, { rows: db, commits: state.commits + 1, open: 0 });
          if (durable) state.durable += 1;
        },
        rollback() {
          state.open = 0;
        },
      };
    },
    isBusy: (error) => error instanceof Busy,
    failureOf: (error) => new Error(`failed: ${error instanceof Error ? error.message : error}`),
    tooLate: () => new Error("too late"),
  });
  return { write, state };
}

it("does every write once and in order, whatever fails beside it", async () => {
  const writes = fc.array(fc.record({ fails: fc.boolean(), later: fc.boolean() }), { maxLength: 250 });
  await fc.assert(
    fc.asyncProperty(writes, async (wanted) => {
      const { write, state } = database();
      const results: Promise<PromiseSettledResult<number>[]>[] = [];
      for (const [n, { fails, later }] of wanted.entries()) {
        const work = (db: number[]) => {
          db.push(n);
          if (fails) throw new Error("no");
          return n;
        };
        results.push(Promise.allSettled([write(work, { durable: n % 2 === 0 })]));
        if (later) await new Promise((resolve) => setImmediate(resolve));
      }
      const ends = (await Promise.all(results)).flat();
      expect(ends.map(({ status }) => status)).toEqual(wanted.map(({ fails }) => (fails ? "rejected" : "fulfilled")));
      expect(state.rows).toEqual(wanted.flatMap(({ fails }, n) => (fails ? [] : [n])));
    }),
    { numRuns: 50 },
  );
});

it("shares a commit among the writes that waited, which is durable if one of them asks for that", async () => {
  const { write, state } = database();
  const add = (n: number, durable: boolean) => write((db) => db.push(n), { durable });
  await Promise.all([add(0, false), ...Array.from({ length: 50 }, (_, n) => add(n, n === 30))]);
  expect(state).toMatchObject({ commits: 2, durable: 1 });
  await add(99, false);
  expect(state).toMatchObject({ commits: 3, durable: 1 });
});

it("waits for another process, and gives a write up after three seconds", async () => {
  const patient = database({ busyFor: 4 });
  expect(await patient.write((db) => db.push(1), { durable: true })).toBe(1);
  const { write, state } = database({ busyFor: Number.POSITIVE_INFINITY });
  const startedAt = performance.now();
  const ends = await Promise.allSettled([1, 2].map((n) => write((db) => db.push(n), { durable: true })));
  expect(ends.map(({ status }) => status)).toEqual(["rejected", "rejected"]);
  expect(performance.now() - startedAt).toBeGreaterThan(2_900);
  expect(state.rows).toEqual([]);
});

it("gives up after three seconds, however many wait before it", async () => {
  const { write } = database({ busyFor: Number.POSITIVE_INFINITY });
  const startedAt = performance.now();
  const ends = await Promise.allSettled(Array.from({ length: 2_000 }, () => write(() => 1, { durable: true })));
  expect(ends.every(({ status }) => status === "rejected")).toBe(true);
  expect(performance.now() - startedAt).toBeLessThan(3_900);
});

it("answers while the disk hangs, does what it began, and goes on afterwards", { timeout: 30_000 }, async () => {
  let wake = () => {};
  const { write, state } = database({ disk: new Promise((resolve) => (wake = () => resolve())) });
  const startedAt = performance.now();
  const began = write((db) => db.push(1), { durable: true }).catch(String);
  const late = await Promise.allSettled(
    Array.from({ length: 500 }, () => write((db) => db.push(2), { durable: true })),
  );
  expect(late.every(({ status }) => status === "rejected")).toBe(true);
  expect(performance.now() - startedAt).toBeLessThan(4_500);
  expect(await began, "its commit may still end well, so it waits longer").toContain("too late");
  expect(performance.now() - startedAt).toBeGreaterThan(9_500);
  const next = write((db) => db.push(3), { durable: true });
  wake();
  await next;
  expect(state.rows).toEqual([1, 3]);
});
