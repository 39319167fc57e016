import { randomUUID } from "node:crypto";
import { afterEach, describe, expect, it } from "vitest";
import { eventually } from "@/test/eventually";
import { nextVersion, sampleAttempt, sampleEvent, sampleOrder } from "@/test/sample-order";
import type { OrderId, PaymentId } from "./order";
import type { OrderStore } from "./order-store";

/** What every order store promises. `open` answers a new handle on the same stored orders each time. */
export function describeOrderStore(name: string, open: () => OrderStore): void {
  describe(`${name} keeps orders`, () => {
    const handles: OrderStore[] = [];
    const handle = () => {
      const store = open();
      handles.push(store);
      return store;
    };
    afterEach(async () => {
      for (const store of handles.splice(0)) await store.close();
    });

    it("gives back what was inserted, through another handle", async () => {
      const order = sampleOrder();
      const event = sampleEvent();
      await handle().insert(order, event);
      expect(await handle().get(order.id)).toEqual(order);
      expect(await handle().events(order.id)).toEqual([event]);
    });

    it("answers null for what it does not know", async () => {
      const store = handle();
      const { id, attempts } = sampleOrder();
      expect(await store.get(id)).toBeNull();
      expect(await store.get("__proto__" as OrderId)).toBeNull();
      expect(await store.findByPayment(attempts[0]?.paymentId as PaymentId)).toBeNull();
      expect(await store.events(id)).toEqual([]);
    });

    it("refuses to insert an id twice and leaves the first as it is", async () => {
      const store = handle();
      const order = sampleOrder();
      await store.insert(order, sampleEvent());
      await expect(store.insert({ ...order, status: "paid" }, sampleEvent())).rejects.toThrow(/exists already/);
      expect(await store.get(order.id)).toEqual(order);
      expect(await store.events(order.id)).toHaveLength(1);
    });

    it("refuses to write a document that it could not read back", async () => {
      const store = handle();
      const order = sampleOrder();
      await store.insert(order, sampleEvent());
      const broken = nextVersion(order, { price: { currency: "USD", minor: 0.5 } });
      await expect(store.replace(broken, sampleEvent())).rejects.toThrow();
      expect(await store.get(order.id)).toEqual(order);
    });

    it("finds an order by each of its payments, also by one added later", async () => {
      const store = handle();
      const order = sampleOrder();
      await store.insert(order, sampleEvent());
      const later = nextVersion(order, { attempts: [...order.attempts, sampleAttempt()] });
      await store.replace(later, sampleEvent());
      expect(later.attempts).toHaveLength(2);
      for (const attempt of later.attempts) expect(await store.findByPayment(attempt.paymentId)).toEqual(later);
    });

    it("refuses a payment that belongs to another order, and changes nothing", async () => {
      const store = handle();
      const [mine, other] = [sampleOrder(), sampleOrder()];
      await store.insert(mine, sampleEvent());
      await expect(store.insert({ ...other, attempts: mine.attempts }, sampleEvent())).rejects.toThrow(/another order/);
      expect(await store.get(other.id)).toBeNull();
      await store.insert(other, sampleEvent());
      const stolen = nextVersion(other, { attempts: mine.attempts });
      await expect(store.replace(stolen, sampleEvent())).rejects.toThrow(/another order/);
      expect(await store.get(other.id)).toEqual(other);
    });

    it("replaces the expected version only", async () => {
      const store = handle();
      const order = sampleOrder();
      expect(await store.replace(nextVersion(order), sampleEvent())).toBe("stale");
      await store.insert(order, sampleEvent());
      expect(await store.replace({ ...order, status: "paid" }, sampleEvent())).toBe("stale");
      const second = nextVersion(order, { status: "confirming" });
      expect(await store.replace(second, sampleEvent({ to: "confirming" }))).toBe("replaced");
      expect(await store.replace(second, sampleEvent())).toBe("stale");
      expect(await store.replace(nextVersion(nextVersion(second)), sampleEvent())).toBe("stale");
      expect(await store.get(order.id)).toEqual(second);
      expect(await store.events(order.id)).toEqual([sampleEvent(), sampleEvent({ to: "confirming" })]);
    });

    it("lets exactly one of 100 parallel writers of one version win", async () => {
      const stores = [handle(), handle()];
      const order = sampleOrder();
      await stores[0]?.insert(order, sampleEvent());
      const outcomes = await Promise.all(
        Array.from({ length: 100 }, (_, writer) =>
          stores[writer % 2]?.replace(nextVersion(order), sampleEvent({ facts: { writer } })),
        ),
      );
      expect(outcomes.filter((outcome) => outcome === "replaced")).toHaveLength(1);
      const winner = outcomes.indexOf("replaced");
      expect((await stores[0]?.events(order.id))?.slice(1)).toEqual([sampleEvent({ facts: { writer: winner } })]);
    });

    it("tells the history in the order of writing", async () => {
      const store = handle();
      let order = sampleOrder();
      await store.insert(order, sampleEvent({ facts: { step: 1 } }));
      for (let step = 2; step <= 12; step++) {
        order = nextVersion(order);
        await store.replace(order, sampleEvent({ at: 5, facts: { step } }));
      }
      const steps = (await store.events(order.id)).map((event) => event.facts.step);
      expect(steps).toEqual([1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12]);
    });

    it("lists what is due, the longest due first, until there is nothing more to learn", async () => {
      const store = handle();
      const base = 1_000_000 * Math.floor(Math.random() * 1_000_000);
      const orders = [30, 10, 20, 99].map((offset) => sampleOrder({ nextCheckAt: -base - 1_000 + offset }));
      for (const order of orders) await store.insert(order, sampleEvent());
      const [third, first, second, notYet] = orders.map((order) => order.id);
      const now = -base - 970;
      const mine = (ids: OrderId[]) => ids.filter((id) => orders.some((order) => order.id === id));
      expect(mine(await store.due({ now, limit: 100 }))).toEqual([first, second, third]);
      expect(await store.due({ now, limit: 2 })).toHaveLength(2);
      expect(await store.due({ now, limit: 0 })).toEqual([]);
      for (const order of orders) {
        const nextCheckAt = order.id === first ? now : null;
        await store.replace(nextVersion(order, { nextCheckAt }), sampleEvent());
      }
      expect(mine(await store.due({ now, limit: 100 }))).toEqual([first]);
      expect(mine(await store.due({ now: now + 1_000, limit: 100 }))).not.toContain(notYet);
    });

    it("gives a name to exactly one of many callers, and tells the others who has it", async () => {
      const stores = [handle(), handle()];
      const key = `claim-${randomUUID()}`;
      const claims = await Promise.all(
        Array.from({ length: 50 }, (_, caller) =>
          stores[caller % 2]?.claim({ key, value: `caller ${caller}`, ttlMs: 60_000, now: Date.now() }),
        ),
      );
      const winner = claims.findIndex((claim) => claim?.claimed);
      const refused = claims.filter((_, caller) => caller !== winner);
      expect(refused).toEqual(Array(49).fill({ claimed: false, value: `caller ${winner}` }));
    });

    it("gives a name again after it was released by its holder, and by nobody else", async () => {
      const store = handle();
      const claim = { key: `claim-${randomUUID()}`, ttlMs: 60_000, now: Date.now() };
      const value = "12345678901234567890\u0000é🥯";
      expect(await store.claim({ ...claim, value })).toEqual({ claimed: true });
      await store.release({ key: claim.key, value: "12345678901234567890" });
      expect(await store.claim({ ...claim, value: "b" })).toEqual({ claimed: false, value });
      await store.release({ key: claim.key, value });
      expect(await store.claim({ ...claim, value: "b" })).toEqual({ claimed: true });
    });

    it("keeps names apart that differ after a NUL", async () => {
      const store = handle();
      const key = `claim-${randomUUID()}`;
      const claim = { value: "a", ttlMs: 60_000, now: Date.now() };
      expect(await store.claim({ ...claim, key: `${key}\u0000a` })).toEqual({ claimed: true });
      expect(await store.claim({ ...claim, key: `${key}\u0000b` })).toEqual({ claimed: true });
    });

    it("gives a name again after its time, to exactly one", async () => {
      const store = handle();
      const key = `claim-${randomUUID()}`;
      await store.claim({ key, value: "old", ttlMs: 80, now: Date.now() });
      const claimed = await eventually(async () => {
        const attempts = [1, 2, 3].map((n) => store.claim({ key, value: `${n}`, ttlMs: 60_000, now: Date.now() }));
        const answers = (await Promise.all(attempts)).filter((claim) => claim.claimed);
        return answers.length > 0 ? answers : undefined;
      });
      expect(claimed).toHaveLength(1);
    });

    it("holds a name that somebody has, that nobody has and that is over, and tells what was left on it", async () => {
      const store = handle();
      const now = Date.now();
      const [taken, free, over] = [`claim-${randomUUID()}`, `claim-${randomUUID()}`, `claim-${randomUUID()}`];
      await store.claim({ key: taken, value: "somebody", ttlMs: 60_000, now });
      await store.claim({ key: over, value: "long ago", ttlMs: 1, now: now - 10 });
      const value = "quiet\u0000é🥯";
      for (const key of [taken, free, over]) {
        await store.hold({ key, value, ttlMs: 60_000, now });
        expect(await handle().claim({ key, value: "later", ttlMs: 1, now })).toEqual({ claimed: false, value });
      }
    });

    it("holds a name for the longer of two times, and gives it again after that", async () => {
      const store = handle();
      const [first, second] = [`claim-${randomUUID()}`, `claim-${randomUUID()}`];
      const long = { value: "long", ttlMs: 60_000 };
      const short = { value: "short", ttlMs: 80 };
      const isFree = async (key: string, now: number) =>
        (await store.claim({ key, value: "later", ttlMs: 60_000, now })).claimed;
      const now = Date.now();
      await store.claim({ key: first, ...short, now });
      await store.hold({ key: first, ...long, now });
      await store.claim({ key: second, ...long, now });
      await store.hold({ key: second, ...short, now });
      const control = `claim-${randomUUID()}`;
      await store.hold({ key: control, ...short, now });
      await eventually(async () => ((await isFree(control, Date.now())) ? true : undefined));
      expect(await isFree(first, Date.now())).toBe(false);
      expect(await isFree(second, Date.now())).toBe(false);
    });

    it("can be checked, and refuses everything once closed", async () => {
      const store = open();
      await store.check();
      await store.close();
      await expect(store.check()).rejects.toMatchObject({ name: "StoreUnavailableError" });
      await expect(store.get(sampleOrder().id)).rejects.toMatchObject({ name: "StoreUnavailableError" });
    });
  });
}
