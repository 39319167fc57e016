import { randomUUID } from "node:crypto";
import { expect, it } from "vitest";
import { type OrderStore, storeUnavailable } from "@/lib/orders/order-store";
import type { WebhookDelivery } from "@/lib/provider/provider";
import {
  failure,
  gate,
  isUnderWay,
  onBothStores,
  ScriptedProvider,
  startedOrder,
  stored,
  type TestFlow,
  withStore,
} from "@/test/flow-support";
import { lastDelivery } from "./last-delivery";
import type { ReceivedDelivery } from "./payouts";
import { readOrder } from "./read";
import { receiveWebhook } from "./receive-webhook";
import { settle } from "./settle";

/** The word of a result or the code of a refusal; "again" marks those that ask for the delivery to be sent again. */
function word(received: ReceivedDelivery): string {
  if (received.ok) return received.result;
  const { code, retryAfterSeconds } = received.refusal;
  return retryAfterSeconds === undefined ? code : `${code}, again`;
}

onBothStores("a webhook", (world) => {
  const deliver = async (flow: TestFlow, delivery: WebhookDelivery, provider = world().provider) =>
    word(await receiveWebhook(flow, provider, delivery));

  it("settles its order once: 20 copies at once in two processes, and any number later", async () => {
    const { shop, process, provider, pass } = world();
    const flows = [process(), process()] as const;
    const { order, paymentId } = await startedOrder(flows[0], shop);
    provider.report(paymentId, "paid");
    const delivery = provider.webhook(paymentId);
    const copies = Array.from({ length: 20 }, (_, copy) => deliver(flows[copy % 2 === 0 ? 0 : 1], delivery));
    const results = await Promise.all(copies);
    expect(results.toSorted()).toEqual([...Array(19).fill("duplicate"), "paid"]);
    await pass(1_000);
    expect(await deliver(flows[0], delivery)).toBe("duplicate");
    expect(await deliver(flows[0], provider.webhook(paymentId))).toBe("duplicate");
    const events = await flows[0].store.events(order.id);
    expect(events.map(({ type, to }) => `${type} ${to}`)).toEqual([
      "order_created pending",
      "payment_created pending",
      "payment_observed paid",
    ]);
  });

  it("that names only what was asked, of a payment on hold, is decided by what came", async () => {
    const { shop, process, provider } = world();
    const flow = process();
    const { order, paymentId } = await startedOrder(flow, shop);
    const coins = (amount: string, nominal?: true) => ({
      money: { price: { currency: "USD", amount: "5.00" }, coins: { coin: "USDT", amount } },
      transaction: { chain: "main", coin: "USDT", amount, ...(nominal && { nominal }) } as const,
    });
    const asked = coins("5.00", true);
    provider.report(paymentId, "paid", coins("3.20"));
    await readOrder(flow, order.id, { mayAsk: true });
    expect((await stored(flow, order.id)).payments).toMatchObject([{ onHold: true }]);
    expect(await deliver(flow, provider.webhook(paymentId, asked))).toBe("needs_review");
    expect((await stored(flow, order.id)).payments).toMatchObject([{ transaction: { amount: "3.20" } }]);
    provider.onRead = () => failure("timeout");
    expect(await deliver(flow, provider.webhook(paymentId, asked))).toBe("webhook_not_settled, again");
    provider.onRead = (answer) => answer;
    provider.report(paymentId, "confirming");
    const early = provider.webhook(paymentId, { ...asked, status: "paid" });
    expect(await deliver(flow, early), "the detail lags").toBe("webhook_not_settled, again");
    provider.report(paymentId, "paid", coins("5.00"));
    expect(await deliver(flow, early)).toBe("paid");
  });

  it("that is not authentic stores nothing, and all are refused in the same words", async () => {
    const { shop, process, provider, fingerprint, logged } = world();
    const flow = process();
    const { order, paymentId } = await startedOrder(flow, shop);
    provider.report(paymentId, "paid");
    const good = provider.webhook(paymentId);
    const before = await fingerprint();
    const changed = (headers: Record<string, string>, body = good.body): WebhookDelivery => ({
      ...good,
      headers: new Headers({ ...Object.fromEntries(good.headers), ...headers }),
      body,
    });
    const forged = [
      { ...good, headers: new Headers() },
      changed({ "x-signature": "0".repeat(64) }),
      changed({ "x-nonce": randomUUID() }),
      changed(
        {},
        good.body.map((byte, index) => (index === 5 ? byte ^ 1 : byte)),
      ),
    ];
    const answers = await Promise.all(forged.map((delivery) => receiveWebhook(flow, provider, delivery)));
    expect(new Set(answers.map((answer) => JSON.stringify(answer))).size).toBe(1);
    expect(answers[0]).toMatchObject({ ok: false, refusal: { code: "unauthenticated" } });
    expect(await fingerprint()).toBe(before);
    expect(logged("webhook_refused")).toHaveLength(forged.length);
    expect((await stored(flow, order.id)).status).toBe("pending");
    expect(await deliver(flow, good)).toBe("paid");
  });

  it("may come again byte by byte, and its nonce with anything else may not, for as long as it is remembered", async () => {
    const { shop, process, provider, pass } = world();
    const [flow, other] = [process(), process()];
    const { paymentId } = await startedOrder(flow, shop);
    const { paymentId: second } = await startedOrder(flow, shop);
    provider.report(paymentId, "paid");
    const nonce = randomUUID();
    const send = (paid: string, id: string) =>
      provider.signed(JSON.stringify({ observation: provider.report(paid as typeof second, "paid"), note: id }), {
        nonce,
      });
    expect(await deliver(flow, send(paymentId, "a"))).toBe("paid");
    expect(await deliver(other, send(paymentId, "a"))).toBe("duplicate");
    expect(await deliver(other, send(paymentId, "b"))).toBe("unauthenticated");
    expect(await deliver(flow, send(second, "a"))).toBe("unauthenticated");
    // Another provider may use the same nonce.
    const sister = new ScriptedProvider("sister");
    const sisterFlow = process({ providers: [provider, sister] });
    const { paymentId: third } = await startedOrder(sisterFlow, { ...shop, provider: sister });
    const body = JSON.stringify({ observation: sister.report(third, "paid") });
    expect(await deliver(sisterFlow, sister.signed(body, { nonce }), sister)).toBe("paid");
    await pass(600_000);
    expect(await deliver(flow, send(second, "a"))).toBe("paid");
  });

  it("that cannot be read consumes its nonce, and one that contradicts itself is not believed", async () => {
    const { process, provider } = world();
    const flow = process();
    const unreadable = provider.signed("not JSON");
    expect(await deliver(flow, unreadable)).toBe("unreadable");
    expect(await deliver(flow, unreadable)).toBe("unauthenticated");
    const contradictory = provider.signed(JSON.stringify({ id: "another" }));
    expect(await deliver(flow, contradictory)).toBe("unauthenticated");
  });

  it("whose result could not be stored is not answered, and comes again with the same nonce", async () => {
    const { shop, process, provider } = world();
    const flow = process();
    const { order, paymentId } = await startedOrder(flow, shop);
    provider.report(paymentId, "paid");
    const nonce = randomUUID();
    const body = JSON.stringify({ observation: provider.report(paymentId, "paid") });
    const full = withStore(flow, { replace: () => Promise.reject(storeUnavailable("full")) });
    await expect(deliver(full, provider.signed(body, { nonce }))).rejects.toThrow("unavailable (full)");
    // Signed again with the same nonce, which not even differs in one byte from a reuse.
    const retry = provider.signed(`${body} `, { nonce });
    expect(await deliver(flow, retry)).toBe("paid");
    expect((await stored(flow, order.id)).status).toBe("paid");
  });

  it("of a process that died before it stored anything is settled when it comes again", async () => {
    const { shop, process, provider } = world();
    const flow = process();
    const { paymentId } = await startedOrder(flow, shop);
    provider.report(paymentId, "paid");
    const delivery = provider.webhook(paymentId);
    const died = () => Promise.reject(storeUnavailable("killed"));
    const dying = withStore(flow, { replace: died, release: died });
    await expect(deliver(dying, delivery)).rejects.toThrow();
    expect(await deliver(flow, delivery)).toBe("paid");
  });

  it("about a payment that is not known yet is asked for again, and may be signed again with the same nonce", async () => {
    const { shop, process, provider } = world();
    const flow = process();
    const arriving = gate();
    const insideCreate = gate();
    provider.onCreate = async (answer) => {
      insideCreate.open();
      await arriving.opened;
      return answer;
    };
    const creating = startedOrder(flow, shop);
    await insideCreate.opened;
    const [paymentId = expect.fail()] = provider.opened;
    const nonce = randomUUID();
    const delivery = (at: number) =>
      provider.signed(JSON.stringify({ observation: provider.report(paymentId, "paid"), at }), { nonce });
    expect(await deliver(flow, delivery(1))).toBe("unknown_payment, again");
    arriving.open();
    const { order } = await creating;
    expect(await deliver(flow, delivery(2))).toBe("paid");
    expect(await stored(flow, order.id)).toMatchObject({ status: "paid", attention: [] });
  });

  it("with too little money is for review whichever came first, and takes no page back", async () => {
    const { shop, process, provider, logged } = world();
    const flow = process();
    const short = { price: { currency: "USD", amount: "5.00" }, coins: { coin: "USDT", amount: "0.01" } };
    for (const pollCameFirst of [true, false]) {
      const { order, paymentId } = await startedOrder(flow, shop);
      const poll = () => settle(flow, { observation: provider.report(paymentId, "paid"), source: "poll" });
      if (pollCameFirst) await poll();
      const warned = logged("money_needs_review").length;
      expect(await deliver(flow, provider.webhook(paymentId, { status: "paid", money: short }))).toBe("needs_review");
      expect(logged("money_needs_review")).toHaveLength(warned + 1);
      if (!pollCameFirst) await poll();
      expect(await stored(flow, order.id)).toMatchObject({
        status: pollCameFirst ? "paid" : "review",
        attention: ["money_mismatch"],
      });
      // Sent again by the provider, signed again: the answer is the same.
      expect(await deliver(flow, provider.webhook(paymentId, { status: "paid", money: short }))).toBe("needs_review");
      provider.report(paymentId, "paid");
      expect(await deliver(flow, provider.webhook(paymentId))).toBe(pollCameFirst ? "duplicate" : "paid");
      expect((await stored(flow, order.id)).status).toBe("paid");
    }
  });

  it("without money is ignored, and moves the status", async () => {
    const { shop, process, provider } = world();
    const flow = process();
    const { order, paymentId } = await startedOrder(flow, shop);
    provider.report(paymentId, "confirming");
    expect(await deliver(flow, provider.webhook(paymentId))).toBe("ignored");
    expect(await deliver(flow, provider.webhook(paymentId))).toBe("duplicate");
    expect((await stored(flow, order.id)).status).toBe("confirming");
  });

  it("that is a hint makes us ask, and is believed in nothing else", async () => {
    const { shop, process, provider } = world();
    const flow = process();
    const { order, paymentId } = await startedOrder(flow, shop);
    const hint = () => provider.signed(JSON.stringify({ hint: paymentId, status: "paid" }));
    expect(await deliver(flow, hint())).toBe("duplicate");
    provider.onRead = () => failure("timeout");
    const unanswered = hint();
    expect(await deliver(flow, unanswered)).toBe("webhook_not_settled, again");
    expect((await stored(flow, order.id)).status).toBe("pending");
    provider.onRead = (answer) => answer;
    provider.report(paymentId, "paid");
    expect(await deliver(flow, unanswered)).toBe("paid");
    expect(await deliver(flow, hint())).toBe("duplicate");
    expect(await deliver(flow, provider.signed(JSON.stringify({ hint: "unknown" })))).toBe(
      "webhook_not_settled, again",
    );
  });

  it("of one provider settles no payment of another, even under the same id", async () => {
    const { shop, process, provider } = world();
    const stranger = new ScriptedProvider("stranger");
    const flow = process({ providers: [provider, stranger] });
    const { order, paymentId } = await startedOrder(flow, shop);
    const claim = { ...provider.report(paymentId, "paid"), provider: "stranger" };
    expect(await deliver(flow, stranger.signed(JSON.stringify({ observation: claim })), stranger)).toBe(
      "unknown_payment, again",
    );
    const lie = { ...claim, provider: "scripted" };
    expect(await deliver(flow, stranger.signed(JSON.stringify({ observation: lie })), stranger)).toBe(
      "unknown_payment, again",
    );
    const hint = stranger.signed(JSON.stringify({ hint: paymentId }));
    expect(await deliver(flow, hint, stranger)).toBe("webhook_not_settled, again");
    expect((await stored(flow, order.id)).status).toBe("pending");
  });

  it("is not answered as paid before the order is written", async () => {
    const { shop, process, provider } = world();
    const flow = process();
    const { order, paymentId } = await startedOrder(flow, shop);
    provider.report(paymentId, "paid");
    const [begun, writing] = [gate(), gate()];
    const replace: OrderStore["replace"] = async (write) => {
      begun.open();
      await writing.opened;
      return flow.store.replace(write);
    };
    const answer = deliver(withStore(flow, { replace }), provider.webhook(paymentId));
    await begun.opened;
    expect(await isUnderWay(answer)).toBe(true);
    writing.open();
    expect(await answer).toBe("paid");
    expect((await stored(flow, order.id)).status).toBe("paid");
  });

  it("that is authentic is noted after its answer, at most once a minute, and a false one never", async () => {
    const { shop, process, provider, clock } = world();
    const flow = process();
    const { paymentId } = await startedOrder(flow, shop);
    const seen = () => lastDelivery(flow, provider.name);
    const deliver = () => receiveWebhook(flow, provider, provider.webhook(paymentId));

    await receiveWebhook(flow, provider, { ...provider.webhook(paymentId), headers: new Headers() });
    await flow.runDeferred();
    expect(await seen()).toBeNull();

    const first = clock.now();
    await deliver();
    expect(await seen()).toBeNull();
    await flow.runDeferred();
    expect(await seen()).toBe(first);

    clock.advance(59_000);
    await deliver();
    await flow.runDeferred();
    expect(await seen()).toBe(first);

    clock.advance(1_000);
    await deliver();
    await flow.runDeferred();
    expect(await seen()).toBe(first + 60_000);
  });
});
