import { expect, it } from "vitest";
import { readOrder } from "@/lib/checkout/read";
import { reconcile } from "@/lib/checkout/reconcile";
import type { Order } from "@/lib/orders/order";
import type { PaymentStatus } from "@/lib/orders/status";
import { eventually } from "@/test/eventually";
import { onBothStores, stored } from "@/test/flow-support";
import { BENCHES } from "./benches";
import { besideEmulator } from "./beside-emulator";

const BOUNDS = { maxOrders: 10, deadlineMs: 10_000, asksDuringWaits: true } as const;

for (const bench of BENCHES) {
  onBothStores(`${bench.title} beside its emulator`, (world) => {
    const lab = besideEmulator(bench, world);
    const idOf = (order: Order) => order.payments.at(-1)?.paymentId ?? expect.fail();
    const stateFor = (status: PaymentStatus) => bench.states[status] ?? expect.fail(`There is no ${status}.`);
    const poll = async (order: Order) => {
      const { flow } = lab();
      await world().pass(60_000);
      await readOrder(flow, order.id, { mayAsk: true });
      return stored(flow, order.id);
    };

    it("opens a payment, and the webhook of its end makes it paid, once", async () => {
      const { deliver, deliveries, flow, isPaid, move, opened } = lab();
      const order = await opened();
      expect(order).toMatchObject({ status: "pending", payments: [{ provider: bench.name, status: "pending" }] });
      await move(order, stateFor("paid"));
      await isPaid(order);
      const after = await stored(flow, order.id);
      expect(after).toMatchObject({ attention: [], payments: [{ status: "paid", onHold: false }] });
      // Stored a moment before the delivery was answered.
      const delivery = await eventually(async () => deliveries[0]);
      expect(delivery.answer).toBe("paid");
      await world().pass(60_000);
      expect(await deliver(delivery)).toBe("duplicate");
      expect(await stored(flow, order.id)).toEqual(after);
    });

    it.each(Object.keys(bench.states) as PaymentStatus[])("shows %s when it is asked", async (status) => {
      const { move, opened } = lab();
      const order = await opened();
      await move(order, { ...stateFor(status), webhook: false });
      expect((await poll(order)).status).toBe(status);
    });

    it.runIf(bench.renewsQuotes)(
      "sees that the time to pay ran out, that a quote was renewed, and is paid all the same",
      async () => {
        const { control, isPaid, move, opened } = lab();
        const order = await opened();
        await control("POST", "/settings", { rate: "0.9500" });
        await move(order, { status: "PENDING_PAYMENT" });
        await control("POST", `/payments/${idOf(order)}/requote`);
        const renewed = (await poll(order)).payments[0];
        if (renewed?.payTo)
          expect(renewed).toMatchObject({ quote: { amount: "5.263158" }, payTo: { amount: "5.263158" } });
        await control("POST", `/payments/${idOf(order)}/expire`);
        if (renewed?.payTo) expect((await poll(order)).status).toBe("expired");
        await move(order, { status: "PAID" });
        await isPaid(order);
      },
    );

    it.runIf(bench.wrongRates.length > 0)(
      "opens no payment that asks for a hundred times the price, or a hundredth of it",
      async () => {
        const { attempt, control } = lab();
        for (const wrong of bench.wrongRates) {
          await control("POST", ...wrong);
          expect(await attempt()).toMatchObject({ ok: false, refusal: { code: "amount_check_failed" } });
        }
      },
    );

    it("takes money that comes after any end", async () => {
      const { flow, isPaid, move, opened } = lab();
      for (const end of ["failed", "canceled", "expired"] as const) {
        const state = bench.states[end];
        if (state === undefined) continue;
        const order = await opened();
        await move(order, { ...state, webhook: false });
        expect((await poll(order)).status).toBe(end);
        await world().pass(60_000);
        await move(order, stateFor("paid"));
        await isPaid(order);
        expect((await stored(flow, order.id)).attention).toEqual(["paid_late"]);
      }
    });

    it.runIf(!bench.signsWebhooks)("lets strangers make it look, rarely and only at what it knows", async () => {
      const { calls, control, deliver, deliveries, flow, opened } = lab();
      const order = await opened();
      const before = calls.length;
      const sent = (text: string) => ({
        headers: new Headers({ "Content-Type": "application/json" }),
        body: new TextEncoder().encode(text),
        path: `/api/webhooks/${bench.name}`,
      });
      for (const nonsense of ["", "[]", "{}", '{"deposit_id": {}}', "[".repeat(60_000)]) {
        expect(await deliver(sent(nonsense))).toBe("refused unreadable");
      }
      expect(await deliver(sent('{"deposit_id": 12345}'))).toBe("refused unknown_payment");
      expect(calls).toHaveLength(before);

      await control("POST", `/payments/${idOf(order)}/forge`);
      const [forged = expect.fail()] = await eventually(async () => (deliveries[0] ? deliveries : undefined));
      expect(forged.answer).toBe("duplicate");
      const flood = await Promise.all(Array.from({ length: 8 }, () => deliver(forged)));
      expect(new Set(flood)).toEqual(new Set(["refused webhook_not_settled"]));
      expect(calls).toHaveLength(before + 1);
      await world().pass(60_000);
      await Promise.all(Array.from({ length: 8 }, () => deliver(forged)));
      expect(calls).toHaveLength(before + 2);
      expect(await stored(flow, order.id)).toEqual(order);
    });

    it.runIf(!bench.signsWebhooks)("lets no hint lift a hold, only the merchant", async () => {
      const { deliveries, flow, move, opened } = lab();
      const order = await opened();
      await move(order, bench.short);
      await eventually(async () => (await stored(flow, order.id)).status === "review" || undefined);
      await world().pass(60_000);
      deliveries.length = 0;
      await move(order, { ...stateFor("paid"), amount: "5.00" });
      await eventually(async () => deliveries[0]);
      expect(await stored(flow, order.id)).toMatchObject({ status: "review", payments: [{ onHold: true }] });
    });

    it.runIf(bench.signsWebhooks)(
      "believes no forged delivery, none changed, and none without a signature",
      async () => {
        const { control, deliver, deliveries, flow, move, opened, receiving } = lab();
        const order = await opened();
        if (bench.forge === null) {
          await control("POST", `/payments/${idOf(order)}/forge`);
        } else {
          await control("POST", ...bench.forge);
          await move(order, stateFor("paid"));
        }
        await eventually(async () => deliveries[0]);
        expect(deliveries[0]?.answer).toBe("refused unauthenticated");
        receiving.isDown = true;
        await move(order, stateFor("paid"));
        await eventually(async () => deliveries[1]);
        const { headers, body, path } = deliveries[1] ?? expect.fail();
        const changed = { headers, path, body: body.with(3, (body[3] ?? 0) ^ 1) };
        expect(await deliver(changed)).toBe("refused unauthenticated");
        expect(await deliver({ headers: new Headers(), path, body })).toBe("refused unauthenticated");
        expect((await stored(flow, order.id)).status).toBe("pending");
      },
    );

    it("holds wrong money against the order", async () => {
      const { deliveries, flow, move, opened } = lab();
      for (const wrong of [bench.short, bench.otherPrice]) {
        if (wrong === null) continue;
        const order = await opened();
        deliveries.length = 0;
        await move(order, wrong);
        await eventually(() => deliveries[0]);
        // What is found by asking does not lift what a delivery has put on hold.
        for (const after of [await stored(flow, order.id), await poll(order)]) {
          expect(["review", "underpaid"]).toContain(after.status);
        }
      }
    });

    it("finds by reconciliation what no webhook told", async () => {
      const { flow, move, opened } = lab();
      const order = await opened();
      await move(order, { ...stateFor("paid"), webhook: false });
      await world().pass(60_000);
      await reconcile(flow, BOUNDS);
      expect((await stored(flow, order.id)).status).toBe("paid");
    });

    it("survives an outage: nothing opened twice, nothing lost", async () => {
      const { attempt, control, move, opened } = lab();
      const order = await opened();
      await move(order, { ...stateFor("paid"), webhook: false });
      for (const kind of ["drop", "error", "bad_json", "empty_body", "html"]) {
        await control("POST", "/faults", { op: "any", kind, times: 1 });
        expect((await poll(order)).status).toBe("pending");
      }
      expect((await poll(order)).status).toBe("paid");
      await control("POST", "/faults", { op: "any", kind: "error", http: 503, times: 1 });
      expect(await attempt()).toMatchObject({ ok: false });
      await opened();
    });

    it.runIf(bench.evil !== null)("refuses to lead a payer anywhere but to the provider", async () => {
      const { attempt, control } = lab();
      await control("POST", ...(bench.evil ?? expect.fail()));
      expect(await attempt()).toMatchObject({ ok: false, refusal: { code: "unsafe_checkout_url" } });
    });

    it("knows whether its credentials are right, and says none of its secrets", async () => {
      const { calls, open, opened, provider } = lab();
      const access = (state: string) => expect.objectContaining({ id: "provider_access", state });
      expect(await provider.diagnose()).toContainEqual(access("ok"));
      const refused = await open(bench.wrongSecret).diagnose();
      expect(refused).toContainEqual(access("failed"));
      await opened();
      const said = JSON.stringify([calls, refused]);
      for (const secret of bench.secrets) expect(said).not.toContain(secret);
    });
  });
}
