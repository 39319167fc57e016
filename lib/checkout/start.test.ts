import { randomBytes } from "node:crypto";
import { expect, it, vi } from "vitest";
import { type OrderStore, storeUnavailable } from "@/lib/orders/order-store";
import {
  counted,
  failure,
  gate,
  limitOf,
  newestPayment,
  onBothStores,
  onRedis,
  onSqlite,
  start,
  startedOrder,
  stored,
  TestClock,
  type TestFlow,
  type World,
  withStore,
} from "@/test/flow-support";
import { LEASE_MS } from "./leases";
import { canPayAgain, payAgain } from "./pay-again";
import { receiveWebhook } from "./receive-webhook";
import { settle } from "./settle";
import type { StartResult } from "./start";

const KEY = "a-key-of-one-client";
const HOUR_MS = 60 * 60 * 1000;
const unlimited = limitOf(100_000);

function codeOf(result: StartResult): string {
  return result.ok ? `${result.order.id} ${result.checkoutUrl}` : result.refusal.code;
}

/** An attempt that finds another request at work is refused two leases: that of the key and that of the order. */
const acquiresIn = (calls: readonly string[]) => calls.filter((name) => name === "acquire").length;

onBothStores("starting a payment", (world) => {
  it("opens one payment for 20 requests at once with one key, and gives all the same answer", async () => {
    const { provider, shop, process } = world();
    const flows = [process(), process()] as const;
    const answers = await Promise.all(
      Array.from({ length: 20 }, (_, index) => start(flows[index % 2 === 0 ? 0 : 1], shop, { key: KEY })),
    );
    expect(provider.opened).toHaveLength(1);
    expect(new Set(answers.map(codeOf)).size).toBe(1);
    expect(answers[0]).toMatchObject({ ok: true, order: { status: "pending", payments: [{ status: "pending" }] } });
    expect(codeOf(await start(flows[0], shop, { key: KEY, amount: "6.00" }))).toBe("idempotency_conflict");
    expect(provider.opened).toHaveLength(1);
  });

  it("releases the key of a limited request, and writes nothing while the refusal is remembered", async () => {
    const { shop, process, fingerprint, provider } = world();
    const flow = process();
    const limit = limitOf(1);
    expect(await start(flow, shop, { limit, key: "a-key-that-is-served" })).toMatchObject({ ok: true });
    expect(codeOf(await start(flow, shop, { limit, key: KEY }))).toBe("rate_limited");
    const before = await fingerprint();
    for (const key of [null, KEY, "a-key-that-is-new"]) {
      expect(codeOf(await start(flow, shop, { limit, key }))).toBe("rate_limited");
    }
    expect(await start(flow, shop, { limit, key: "a-key-that-is-served" })).toMatchObject({ ok: true });
    expect(await fingerprint()).toBe(before);
    // Neither does a key whose order is stored without a payment.
    provider.onCreate = () => failure("refused");
    expect(codeOf(await start(flow, shop, { key: "a-key-without-luck" }))).toBe("provider_refused");
    const after = await fingerprint();
    expect(codeOf(await start(flow, shop, { limit, key: "a-key-without-luck" }))).toBe("rate_limited");
    expect(await fingerprint()).toBe(after);
    provider.onCreate = (answer) => answer;
    expect(await start(flow, shop, { key: KEY, amount: "7.00" })).toMatchObject({ ok: true });
    expect(provider.opened).toHaveLength(3);
  });

  it.each(["opened the payment", "was refused"] as const)(
    "opens one payment for a key although another request %s between the key and the order",
    async (what) => {
      const { shop, process, provider } = world();
      const [slow, other] = [process(), process()];
      const limit = limitOf(what === "was refused" ? 0 : 1);
      let overtaken = false;
      const acquire: OrderStore["acquire"] = async (lease) => {
        const acquired = await slow.store.acquire(lease);
        if (!overtaken && lease.key.startsWith("idempotency:")) {
          overtaken = true;
          await start(other, shop, { key: KEY, limit });
        }
        return acquired;
      };
      const late = await start(withStore(slow, { acquire }), shop, { key: KEY });
      expect(late).toMatchObject({ ok: true });
      expect(codeOf(await start(other, shop, { key: KEY }))).toBe(codeOf(late));
      expect(provider.opened).toHaveLength(1);
    },
  );

  it("frees the key when the order cannot be stored, and asks the provider nothing", async () => {
    const { shop, process, provider } = world();
    const flow = process();
    const broken = withStore(flow, { insert: () => Promise.reject(storeUnavailable("full")) });
    await expect(start(broken, shop, { key: KEY })).rejects.toThrow("unavailable (full)");
    expect(provider.opened).toHaveLength(0);
    expect(await start(flow, shop, { key: KEY, amount: "6.00" })).toMatchObject({ ok: true });
  });

  it("goes on with the order of a process that died in the middle, once its lease is over", async () => {
    const { shop, process, provider, pass } = world();
    const dying = withStore(process(), { release: async () => {}, extend: async () => {} });
    provider.onCreate = () => {
      throw new Error("killed");
    };
    await expect(start(dying, shop, { key: KEY })).rejects.toThrow("killed");
    provider.onCreate = (answer) => answer;
    const flow = process();
    const { store, calls } = counted(flow.store);
    const retry = start({ ...flow, store }, shop, { key: KEY });
    await vi.waitFor(() => expect(acquiresIn(calls)).toBeGreaterThan(2));
    expect(provider.opened).toHaveLength(1);
    await pass(LEASE_MS);
    expect(await retry).toMatchObject({ ok: true, order: { payments: [{ paymentId: provider.opened[1] }] } });
    expect(provider.opened).toHaveLength(2);
  });

  it("settles the payment of a lost create call, once no create call is under way that could explain it", async () => {
    const { shop, process, provider } = world();
    const flow = process();
    const answering = gate();
    provider.onCreate = async () => {
      await answering.opened;
      return failure("timeout", { maybeAccepted: true });
    };
    const lost = start(flow, shop, { key: KEY });
    const deliver = (index: number) => {
      const paymentId = provider.opened[index];
      if (paymentId === undefined) throw new Error("It was not opened.");
      provider.report(paymentId, "paid");
      return receiveWebhook(process(), provider, provider.webhook(paymentId));
    };
    await vi.waitFor(() => expect(provider.opened).toHaveLength(1));
    expect(await deliver(0)).toMatchObject({ ok: false, refusal: { code: "unknown_payment" } });
    answering.open();
    expect(await lost).toMatchObject({ refusal: { code: "provider_timeout", detail: /cannot be charged twice/ } });

    provider.onCreate = (answer) => answer;
    const retry = await start(flow, shop, { key: KEY });
    if (!retry.ok) throw new Error("The retry was refused.");
    expect(retry.order.payments).toHaveLength(1);
    expect(await deliver(0)).toEqual({ ok: true, result: "paid" });
    expect(await stored(flow, retry.order.id)).toMatchObject({
      status: "paid",
      attention: ["unexpected_payment"],
      payments: [{ status: "pending" }, { status: "paid", checkoutUrl: null }],
    });
    expect(await deliver(1)).toEqual({ ok: true, result: "duplicate" });
    const { attention } = await stored(flow, retry.order.id);
    expect(attention).toEqual(["unexpected_payment", "duplicate_payment"]);
  });

  it.each(["is answered as a conflict", "is not answered"] as const)(
    "keeps one payment where a write succeeded and %s, with another write in between",
    async (how) => {
      const { shop, process, provider } = world();
      const [flow, other] = [process(), process()];
      let lost = false;
      const replace: OrderStore["replace"] = async (write) => {
        const outcome = await flow.store.replace(write);
        if (lost) return outcome;
        lost = true;
        const observation = provider.report(newestPayment(write.order), "confirming");
        await settle(other, { observation, source: "poll" });
        if (how === "is not answered") throw storeUnavailable("timeout");
        return "conflict";
      };
      const first = start(withStore(flow, { replace }), shop, { key: KEY });
      if (how === "is not answered") await expect(first).rejects.toThrow("unavailable (timeout)");
      const result = how === "is not answered" ? await start(other, shop, { key: KEY }) : await first;
      expect(result).toMatchObject({ ok: true, order: { status: "confirming" } });
      if (!result.ok) return;
      const { payments } = await stored(other, result.order.id);
      expect(payments.map(({ paymentId }) => paymentId)).toEqual(provider.opened);
    },
  );
});

onRedis("hosts whose clocks differ by 21 s", (world) => {
  it("open one payment for one key", async () => {
    const { shop, process, provider } = world();
    const ahead = new TestClock();
    ahead.advance(21_000);
    const answering = gate();
    provider.onCreate = async (answer) => {
      await answering.opened;
      return answer;
    };
    const flows = [process(), process({ clock: ahead })].map((flow) => ({ ...flow, ...counted(flow.store) }));
    const requests = flows.map((flow) => start(flow, shop, { key: KEY }));
    await vi.waitFor(() => expect(Math.max(...flows.map(({ calls }) => acquiresIn(calls)))).toBeGreaterThan(2));
    answering.open();
    const codes = (await Promise.all(requests)).map(codeOf);
    expect(provider.opened).toHaveLength(1);
    expect(codes[0]).toBe(codes[1]);
  });
});

async function canceledOrder({ shop, provider }: World, flow: TestFlow, key: string | null = null) {
  const result = await start(flow, shop, { key });
  if (!result.ok) throw new Error("It was refused.");
  const observation = provider.report(newestPayment(result.order), "canceled");
  await settle(flow, { observation, source: "poll" });
  return { id: result.order.id, first: newestPayment(result.order) };
}

onBothStores("trying again", (world) => {
  const tryAgain = (flow: TestFlow, orderId: string, limit = unlimited) =>
    payAgain(flow, world().shop, { orderId, limit });

  it("opens one payment of the order for 20 who ask at once, and a replayed key is answered with it", async () => {
    const { process, provider, shop } = world();
    const flows = [process(), process()] as const;
    const { id } = await canceledOrder(world(), flows[0], KEY);
    const limit = limitOf(1);
    const answers = await Promise.all(
      Array.from({ length: 20 }, (_, index) => tryAgain(flows[index % 2 === 0 ? 0 : 1], id, limit)),
    );
    expect(provider.opened).toHaveLength(2);
    const [answer = ""] = answers.map(codeOf);
    expect(new Set(answers.map(codeOf))).toEqual(new Set([answer]));
    expect(answer).toBe(`${id} https://pay.example/${provider.opened[1]}`);
    expect(codeOf(await start(flows[1], shop, { key: KEY }))).toBe(answer);
    const newest = newestPayment(await stored(flows[0], id));
    await settle(flows[0], { observation: provider.report(newest, "canceled"), source: "poll" });
    expect(codeOf(await start(flows[1], shop, { key: KEY }))).toBe(answer);
  });

  it.each(["paid", "confirming", "underpaid", "review"] as const)(
    "asks about every earlier payment first, and opens none when one of them is %s",
    async (status) => {
      const { process, provider } = world();
      const flow = process();
      const { id, first } = await canceledOrder(world(), flow);
      await tryAgain(flow, id);
      const second = newestPayment(await stored(flow, id));
      await settle(flow, { observation: provider.report(second, "expired"), source: "poll" });
      provider.report(first, status);
      expect(codeOf(await tryAgain(flow, id))).toBe("not_payable");
      expect(provider.asked.slice(-2)).toEqual([first, second]);
      expect(provider.opened).toHaveLength(2);
      expect((await stored(flow, id)).status).toBe(status);
    },
  );

  it("opens none while an earlier payment cannot be asked about, unless the provider does not know it", async () => {
    const { process, provider } = world();
    const flow = process();
    const { id } = await canceledOrder(world(), flow);
    for (const kind of ["timeout", "refused", "bad_answer"] as const) {
      provider.onRead = () => failure(kind);
      expect(await tryAgain(flow, id)).toMatchObject({ ok: false, refusal: { code: /^provider_/ } });
    }
    const { id: elsewhere } = await canceledOrder(world(), flow);
    expect(await tryAgain(process({ providers: [] }), elsewhere)).toMatchObject({ ok: false });
    expect(provider.opened).toHaveLength(2);
    provider.onRead = () => failure("not_found");
    expect(await tryAgain(flow, id)).toMatchObject({ ok: true });
  });

  it("opens none where an earlier payment has seen money, unless the provider said that it failed", async () => {
    const { process, shop, provider, clock } = world();
    const flow = process();
    for (const [seen, end, isPayable] of [
      ["confirming", "expired", false],
      ["confirming", "canceled", false],
      ["confirming", "failed", true],
      ["review", "expired", true],
    ] as const) {
      const { order, paymentId } = await startedOrder(flow, shop);
      for (const status of [seen, end]) {
        await settle(flow, { observation: { ...provider.report(paymentId, status) }, source: "poll" });
      }
      const after = await stored(flow, order.id);
      expect(after.status).toBe(end);
      expect(canPayAgain(after, { pricing: shop.pricing, now: clock.now() })).toBe(isPayable);
    }
  });

  it("opens at most 10 payments of one order", async () => {
    const { process, provider } = world();
    const flow = process();
    const { id } = await canceledOrder(world(), flow);
    for (let payments = 1; payments < 10; payments += 1) {
      expect(await tryAgain(flow, id)).toMatchObject({ ok: true });
      const newest = newestPayment(await stored(flow, id));
      await settle(flow, { observation: provider.report(newest, "failed"), source: "poll" });
    }
    expect(codeOf(await tryAgain(flow, id))).toBe("not_payable");
    expect(provider.opened).toHaveLength(10);
  });

  it("is refused for a price that today's settings would refuse, and for an order of yesterday", async () => {
    const { process, shop, clock, provider } = world();
    const flow = process();
    const { id } = await canceledOrder(world(), flow);
    const order = await stored(flow, id);
    const at = (pricing: Partial<World["shop"]["pricing"]> | null, now = clock.now()) =>
      canPayAgain(order, { pricing: pricing && { ...shop.pricing, ...pricing }, now });
    expect(at({})).toBe(true);
    expect(at({ min: 5_00, max: 5_00, fixed: true })).toBe(true);
    expect(at({ min: 50_00, max: 50_00, fixed: true })).toBe(false);
    expect(at({ min: 5_01 })).toBe(false);
    expect(at({ max: 4_99 })).toBe(false);
    expect(at({ currency: "EUR" })).toBe(false);
    expect(at(null)).toBe(false);
    expect(at({}, order.createdAt + 24 * HOUR_MS)).toBe(true);
    expect(at({}, order.createdAt + 24 * HOUR_MS + 1)).toBe(false);
    const raised = { ...shop, pricing: { ...shop.pricing, min: 50_00, max: 50_00, fixed: true } };
    const result = await payAgain(flow, raised, { orderId: id, limit: unlimited });
    expect(codeOf(result)).toBe("not_payable");
    clock.advance(25 * HOUR_MS);
    expect(codeOf(await tryAgain(flow, id))).toBe("not_payable");
    expect(provider.opened).toHaveLength(1);
  });

  it("is limited like a new payment, writes nothing while the refusal is remembered, and knows no strange ids", async () => {
    const { process, fingerprint, provider } = world();
    const flow = process();
    const { id } = await canceledOrder(world(), flow);
    const limit = limitOf(0);
    expect(codeOf(await tryAgain(flow, id, limit))).toBe("rate_limited");
    expect(provider.asked).toHaveLength(0);
    const before = await fingerprint();
    for (let again = 0; again < 3; again += 1) expect(codeOf(await tryAgain(flow, id, limit))).toBe("rate_limited");
    for (const strange of ["x", "../../etc/passwd", "__proto__", randomBytes(18).toString("base64url")]) {
      expect(codeOf(await tryAgain(flow, strange))).toBe("not_found");
    }
    expect(await fingerprint()).toBe(before);
  });
});

onSqlite("a provider that takes its time", (world) => {
  it("opens one payment for two who try again, however long the first of them takes", async () => {
    const { process, provider, shop } = world();
    vi.useFakeTimers({ toFake: ["setTimeout", "clearTimeout", "setInterval", "clearInterval", "Date"] });
    const sleep = (ms: number) => new Promise<void>((resolve) => setTimeout(resolve, ms));
    const clock = { now: () => Date.now(), sleep };
    const [one, two] = [process({ clock }), process({ clock })];
    const [mine, theirs] = [counted(one.store), counted(two.store)];
    const [flow, other] = [
      { ...one, store: mine.store },
      { ...two, store: theirs.store },
    ];
    // The store takes real time, which must not pass while the clock runs ahead.
    const passTime = async (ms: number) => {
      for (let passed = 0; passed < ms; passed += 100) {
        await vi.advanceTimersByTimeAsync(100);
        await Promise.all([mine.idle(), theirs.idle()]);
      }
    };
    const { id } = await canceledOrder(world(), flow);
    const limit = { ...unlimited, take: () => sleep(3_000).then(() => unlimited.take()) };
    provider.onRead = async (answer) => {
      provider.onRead = (known) => known;
      await sleep(9_900);
      return answer;
    };
    provider.onCreate = (answer) => sleep(9_900).then(() => answer);
    const first = payAgain(flow, shop, { orderId: id, limit });
    await passTime(15_000);
    const second = payAgain(other, shop, { orderId: id, limit: unlimited });
    await passTime(60_000);
    expect(codeOf(await second)).toBe(codeOf(await first));
    expect(provider.opened).toHaveLength(2);
  });
});
