import { expect, it } from "vitest";
import { onBothStores, onSqlite, type TestFlow } from "../../test/flow-support";
import { crowdKey, LOCKED_MS, REMEMBERED_TRIES, signIn, WRONG_TRIES } from "./sign-in";

const SECRET = "a-secret-of-the-merchant";

async function attempt(flow: TestFlow, address: string, typed = "wrong"): Promise<"in" | "wrong" | "locked"> {
  const result = await signIn(flow, { typed, secret: SECRET, address });
  return result.ok ? "in" : result.refusal;
}

onBothStores("signing in", (world) => {
  it("is over for an address after ten wrong tries, in all processes, and for the right secret too", async () => {
    const flows = [world().process(), world().process()] as const;
    const tries = Array.from({ length: 24 }, (_, index) => attempt(flows[index % 2 === 0 ? 0 : 1], "192.0.2.1"));
    const results = await Promise.all(tries);
    expect(results.filter((result) => result === "wrong")).toHaveLength(WRONG_TRIES);
    expect(results.filter((result) => result === "locked")).toHaveLength(24 - WRONG_TRIES);
    for (const flow of flows) expect(await attempt(flow, "192.0.2.1", SECRET)).toBe("locked");
    expect(await attempt(flows[0], "192.0.2.2", SECRET)).toBe("in");
    await world().pass(LOCKED_MS + 1_000);
    expect(await attempt(flows[1], "192.0.2.1", SECRET)).toBe("in");
  });

  it("of one address takes one place of the crowd's, however often it is wrong", async () => {
    const flow = world().process();
    for (let count = 0; count < WRONG_TRIES; count += 1) expect(await attempt(flow, "192.0.2.1")).toBe("wrong");
    const places = Array.from({ length: REMEMBERED_TRIES }, (_, index) => crowdKey(index));
    const now = flow.clock.now();
    const holders = await Promise.all(places.map((key) => flow.store.holder({ key, now })));
    expect(holders.filter((holder) => holder !== null)).toHaveLength(1);
  });

  it("with the right secret is no wrong try", async () => {
    const flow = world().process();
    for (let count = 0; count < WRONG_TRIES * 2; count += 1)
      expect(await attempt(flow, "192.0.2.1", SECRET)).toBe("in");
    for (let count = 1; count < WRONG_TRIES; count += 1) expect(await attempt(flow, "192.0.2.1")).toBe("wrong");
    expect(await attempt(flow, "192.0.2.1", SECRET)).toBe("in");
  });
});

// Some hundred tries, which are slow on Redis and the same there.
onSqlite("a flood of wrong secrets", (world) => {
  it("leaves each address one try, and the merchant still gets in", async () => {
    const flow = world().process();
    const { now } = flow.clock;
    const isCrowded = async () => {
      const places = Array.from({ length: REMEMBERED_TRIES }, (_, index) => crowdKey(index));
      const holders = await Promise.all(places.map((key) => flow.store.holder({ key, now: now() })));
      return holders.every((holder) => holder !== null);
    };
    for (let address = 0; !(await isCrowded()); address += 10) {
      const tries = Array.from({ length: 10 }, (_, index) => attempt(flow, `flood-${address + index}`));
      expect(new Set(await Promise.all(tries))).toEqual(new Set(["wrong"]));
    }
    const fresh = await Promise.all(Array.from({ length: 5 }, () => attempt(flow, "192.0.2.3")));
    expect(fresh.filter((result) => result === "wrong")).toHaveLength(1);
    expect(await attempt(flow, "192.0.2.3", SECRET)).toBe("locked");
    expect(await attempt(flow, "192.0.2.4", SECRET)).toBe("in");
  });
});
