import { beforeEach, expect, it } from "vitest";
import { createRateLimiter, type RateLimiter } from "@/lib/web/rate-limit";
import { onBothStores, onSqlite } from "../../test/flow-support";
import { crowdKey, LOCKED_MS, REMEMBERED_TRIES, signIn, triesInMemory, WRONG_TRIES } from "./sign-in";

const SECRET = "a-secret-of-the-merchant";
const WRONG_TRIES_OF_NETWORK = 50;

type Parts = Omit<Parameters<typeof signIn>[0], "limiter">;

function newLimiter(): RateLimiter {
  const rate = { limit: 5, windowMs: 60_000 };
  const ignore = () => {};
  return createRateLimiter({
    rates: { checkout: rate, status: rate },
    redis: null,
    onRefused: ignore,
    onDegraded: ignore,
  });
}

let limiter: RateLimiter;
beforeEach(() => {
  limiter = newLimiter();
});

async function attempt({ store, clock }: Parts, address: string, typed = "wrong"): Promise<"in" | "wrong" | "locked"> {
  const result = await signIn({ store, clock, limiter }, { typed, secret: SECRET, address });
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

  it("from one address takes one of the places that all addresses share, however often it is wrong", async () => {
    const flow = world().process();
    for (let count = 0; count < WRONG_TRIES; count += 1) expect(await attempt(flow, "192.0.2.1")).toBe("wrong");
    const places = Array.from({ length: REMEMBERED_TRIES }, (_, index) => crowdKey(index));
    const now = flow.clock.now();
    const holders = await Promise.all(places.map((key) => flow.store.leaseValue({ key, now })));
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
      const holders = await Promise.all(places.map((key) => flow.store.leaseValue({ key, now: now() })));
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

onSqlite("wrong secrets from one network", (world) => {
  it.each([
    ["an IPv6 /48", (host: number) => `2001:db8:5:${host.toString(16)}::/64`, "2001:db8:6:1::/64"],
    ["an IPv4 /24", (host: number) => `198.51.100.${host}`, "198.51.101.1"],
  ])(
    "are 50 from %s, which one locked address does not use up, and other networks keep theirs",
    async (_, from, outside) => {
      const flow = world().process();
      const results = await Promise.all(Array.from({ length: 40 }, () => attempt(flow, from(1))));
      for (let host = 2; host < 102; host += 1) results.push(await attempt(flow, from(host)));
      expect(results.filter((result) => result === "wrong")).toHaveLength(WRONG_TRIES_OF_NETWORK);
      expect(results.lastIndexOf("wrong")).toBe(40 + WRONG_TRIES_OF_NETWORK - WRONG_TRIES - 1);
      expect(await attempt(flow, from(200), SECRET)).toBe("locked");
      expect(await attempt(flow, outside, SECRET)).toBe("in");
    },
  );

  it("are not counted for an address while its network refuses, nor is the right secret for either", async () => {
    const flow = world().process();
    const from = (host: number) => `203.0.113.${host}`;
    for (let count = 0; count < WRONG_TRIES_OF_NETWORK * 2; count += 1) {
      expect(await attempt(flow, from(count), SECRET)).toBe("in");
    }
    for (let host = 0; host < WRONG_TRIES_OF_NETWORK; host += 1) expect(await attempt(flow, from(host))).toBe("wrong");
    const refused = from(200);
    for (let count = 0; count < WRONG_TRIES; count += 1) expect(await attempt(flow, refused)).toBe("locked");
    limiter = newLimiter();
    expect(await attempt(flow, refused, SECRET)).toBe("in");
  });
});

// With a store in the world that is not used: the world keeps the log quiet.
onSqlite("signing in without a store", (world) => {
  it("is counted by the process, which takes the same ten tries of an address", async () => {
    const { clock } = world();
    const parts = { store: null, clock };
    const results = await Promise.all(Array.from({ length: 24 }, () => attempt(parts, "192.0.2.5")));
    expect(results.filter((result) => result === "wrong")).toHaveLength(WRONG_TRIES);
    expect(results.filter((result) => result === "locked")).toHaveLength(24 - WRONG_TRIES);
    expect(await attempt(parts, "192.0.2.5", SECRET)).toBe("locked");
    for (let count = 0; count < WRONG_TRIES * 2; count += 1) {
      expect(await attempt(parts, "192.0.2.6", SECRET)).toBe("in");
    }
    clock.advance(LOCKED_MS + 1_000);
    expect(await attempt(parts, "192.0.2.5", SECRET)).toBe("in");
  });

  it("leaves a new address a single try in a flood from many, and the merchant gets in", async () => {
    const parts = { store: null, clock: world().clock };
    const addresses = Array.from({ length: REMEMBERED_TRIES * 20 }, (_, index) => `many-${index}`);
    for (const address of addresses) expect(await attempt(parts, address)).toBe("wrong");
    expect(await attempt(parts, "192.0.2.7")).toBe("wrong");
    expect(await attempt(parts, "192.0.2.7")).toBe("locked");
    expect(await attempt(parts, "192.0.2.8", SECRET)).toBe("in");
  });

  it("keeps no more tries than fit, and takes none beyond them", async () => {
    const tries = triesInMemory(2);
    const take = (key: string, now = 0) => tries.acquire({ key, value: "mine", ttlMs: 1_000, now });
    expect(await take("a")).toEqual({ ok: true });
    expect(await take("b", 500)).toEqual({ ok: true });
    expect(await take("a", 600)).toEqual({ ok: false, value: "mine" });
    expect(await take("c", 999)).toMatchObject({ ok: false });
    expect(await take("c", 1_000)).toEqual({ ok: true });
    expect(await tries.leaseValue({ key: "a", now: 1_000 })).toBeNull();
    await tries.release({ key: "b", value: "of another" });
    expect(await take("d", 1_000)).toMatchObject({ ok: false });
    await tries.release({ key: "b", value: "mine" });
    expect(await take("d", 1_000)).toEqual({ ok: true });
  });
});
