import { createHmac } from "node:crypto";
import { expect, it } from "vitest";
import { settlePayout } from "@/lib/checkout/payouts";
import { orderView } from "@/lib/checkout/read";
import { reconcile } from "@/lib/checkout/reconcile";
import { cancelRefund, holdRefund, type RefundChoice, startRefund } from "@/lib/merchant/refunds";
import type { Order, Refund } from "@/lib/orders/order";
import { eventually } from "@/test/eventually";
import { onBothStores, stored } from "@/test/flow-support";
import { besideEmulator } from "./beside-emulator";
import { onekeyBench } from "./onekey";

const ACCOUNT = "021790064060296642";
const RECEIVER = {
  beneficiary_name: "José",
  beneficiary_lastname: "Muñoz",
  document_id: "848392783",
  bank_account: ACCOUNT,
};
const CHOICE: RefundChoice = {
  number: 1,
  coin: "USD",
  amount: "3.20",
  message: "Sorry",
  receiver: RECEIVER,
};
const RUN = { maxOrders: 10, deadlineMs: 10_000, asksDuringWaits: true } as const;

type Cashout = { id: string; externalId: string; amount: string; currency: string; receiver: object; status: string };

onBothStores("a cashout of OneKey beside its emulator", (world) => {
  const lab = besideEmulator(onekeyBench, world);

  async function paid(): Promise<Order> {
    const { opened, move, isPaid, deliveries } = lab();
    const order = await opened();
    await move(order, { status: "COMPLETED" });
    await isPaid(order);
    await eventually(async () => deliveries[0]);
    deliveries.length = 0;
    return order;
  }

  const cashouts = async () => (await lab().control("GET", "/cashouts")).cashouts as Cashout[];
  const refundOf = async ({ id }: Order): Promise<Refund> => (await stored(lab().flow, id)).refunds[0] ?? expect.fail();
  const fault = (fields: object) => lab().control("POST", "/faults", { times: 1, ...fields });

  /** Stored, sent and waiting. */
  async function waiting() {
    const { flow } = lab();
    const order = await paid();
    expect(await startRefund(flow, order.id, CHOICE)).toMatchObject({ ok: true });
    await flow.runDeferred();
    const [cashout = expect.fail()] = await cashouts();
    return { order, cashout, reference: cashout.externalId };
  }

  const later = async () => {
    const { flow } = lab();
    await world().pass(60_000);
    await reconcile(flow, RUN);
    await flow.runDeferred();
  };

  it("is one, to the receiver that was confirmed, however often it is pressed in two processes", async () => {
    const { flow, start } = lab();
    const order = await paid();
    const flows = [flow, start()] as const;
    const press = (index: number) => startRefund(flows[index % 2 === 0 ? 0 : 1], order.id, CHOICE);
    const results = await Promise.all(Array.from({ length: 10 }, (_, index) => press(index)));
    expect(results.every(({ ok }) => ok)).toBe(true);
    const elsewhere = { ...CHOICE, receiver: { ...RECEIVER, bank_account: "1" } };
    expect(await startRefund(flow, order.id, elsewhere)).toEqual({ ok: false, refusal: "other_refund" });
    await Promise.all(flows.map((each) => each.runDeferred()));
    const [sent, ...others] = await cashouts();
    expect(others).toEqual([]);
    expect(sent).toMatchObject({ externalId: `${order.id}-refund-1`, amount: "3.20", currency: "USD" });
    expect(sent?.receiver).toEqual({ ...RECEIVER, country: "BR", comments: "Sorry", type: "json" });
    expect(await refundOf(order)).toMatchObject({ status: "waiting", payoutId: sent?.id, receiver: RECEIVER });
  });

  it("needs every detail of the receiver in its form", async () => {
    const { flow } = lab();
    const order = await paid();
    const { document_id: _, ...without } = RECEIVER;
    for (const receiver of [{}, without, { ...RECEIVER, document_id: "1;2" }, { ...RECEIVER, account_type: "CS" }]) {
      const refused = await startRefund(flow, order.id, { ...CHOICE, receiver });
      expect(refused).toEqual({ ok: false, refusal: "receiver_invalid" });
    }
    const more = { ...RECEIVER, account_type: " ", bank_account: ` ${ACCOUNT}\u0007 `, login: "another" };
    expect(await startRefund(flow, order.id, { ...CHOICE, receiver: more })).toMatchObject({ ok: true });
    expect((await refundOf(order)).receiver).toEqual(RECEIVER);
  });

  it("whose answer was lost is found under its reference, and not sent again", async () => {
    const { flow, calls } = lab();
    const order = await paid();
    await fault({ op: "cashout", kind: "drop_after_accept" });
    await startRefund(flow, order.id, CHOICE);
    await flow.runDeferred();
    expect((await refundOf(order)).status).toBe("unsure");
    await fault({ op: "cashout_status", kind: "error", http: 401, code: 401 });
    await later();
    expect((await refundOf(order)).status).toBe("unsure");
    await later();
    expect(await refundOf(order)).toMatchObject({ status: "waiting", payoutId: null });
    expect(await cashouts()).toHaveLength(1);
    const asked = calls.filter(({ reference }) => reference !== undefined).map(({ operation }) => operation);
    expect(asked).toEqual(["payout", "payout", "payout_status", "payout", "payout_status"]);
    // OneKey wants its own number for that, and has named it once.
    const reference = `${order.id}-refund-1`;
    expect(await cancelRefund(flow, order.id, { reference })).toEqual({ ok: false, refusal: "no_payout_id" });
  });

  it("that is there when it is first asked for stays unsure until its status is known", async () => {
    const { flow, openPayouts, start } = lab();
    const order = await paid();
    const { receiver } = CHOICE;
    const terms = { reference: `${order.id}-refund-1`, coin: "USD", amount: "3.20", network: null, message: null };
    expect(await openPayouts().createPayout({ ...terms, ...(receiver && { receiver }) })).toMatchObject({ ok: true });
    await fault({ op: "cashout_status", kind: "error", http: 401, code: 401 });
    await startRefund(flow, order.id, CHOICE);
    await flow.runDeferred();
    expect((await refundOf(order)).status).toBe("unsure");
    await world().pass(60_000);
    const other = start();
    await reconcile(other, RUN);
    await other.runDeferred();
    expect([(await refundOf(order)).status, (await cashouts()).length]).toEqual(["waiting", 1]);
  });

  it.each([
    [{ kind: "error", http: 412, code: 514 }, "failed"],
    [{ kind: "error", http: 400, code: 539 }, "failed"],
    [{ kind: "error", http: 500, code: 537 }, "unsure"],
    [{ kind: "unlisted_address" }, "sending"],
    [{ kind: "drop" }, "unsure"],
    [{ kind: "bad_json" }, "unsure"],
  ])("that is answered %o at first is %s", async (answer, status) => {
    const { flow } = lab();
    const order = await paid();
    await fault({ op: "cashout", ...answer });
    await startRefund(flow, order.id, CHOICE);
    await flow.runDeferred();
    expect((await refundOf(order)).status).toBe(status);
  });

  it("is not sent with wrong credentials of any kind, and goes out once they are right", async () => {
    const { start, provider, openPayouts } = lab();
    const order = await paid();
    const wrong = ["LOGIN", "PASSPHRASE", "SECRET"].map((name) => openPayouts({ [`ONEKEY_CASHOUT_${name}`]: "wrong" }));
    for (const payouts of wrong) {
      const flow = world().process({ providers: [provider], payouts: [payouts] });
      await startRefund(flow, order.id, CHOICE);
      await flow.runDeferred();
      expect((await refundOf(order)).status).toBe("sending");
      const report = await payouts.readPayout?.({ reference: `${order.id}-refund-1` });
      expect(report).toMatchObject({ ok: false, failure: { kind: "unauthorized" } });
    }
    const flow = start();
    await world().pass(60_000);
    await reconcile(flow, RUN);
    await flow.runDeferred();
    expect([(await refundOf(order)).status, (await cashouts()).length]).toEqual(["waiting", 1]);
  });

  it("whose receiver OneKey refuses has failed, and what was wrong of it is in no log and no history", async () => {
    const { flow, calls } = lab();
    const order = await paid();
    const bank_account = "ACCT-4711-77";
    await startRefund(flow, order.id, { ...CHOICE, receiver: { ...RECEIVER, bank_account } });
    await flow.runDeferred();
    expect((await refundOf(order)).status).toBe("failed");
    const events = await flow.store.events(order.id);
    expect(events.at(-1)?.facts).toMatchObject({ said: "http_400: Invalid params: bank_account [hidden]" });
    expect(JSON.stringify([events, calls, world().logged("refund_not_sent")])).not.toContain(bank_account);
  });

  it("can be put on hold, let go and canceled while it waits, and not once the bank has it", async () => {
    const { flow, control } = lab();
    const { order, reference, cashout } = await waiting();
    const hold = (isOnHold: boolean) => holdRefund(flow, order.id, { reference, isOnHold });
    expect(await hold(true)).toMatchObject({ ok: true, canceled: false });
    expect([await refundOf(order), (await cashouts())[0]]).toMatchObject([
      { status: "waiting", held: true },
      { status: "ON_HOLD" },
    ]);
    expect(await hold(true)).toEqual({ ok: false, refusal: "change_refused" });
    expect(await hold(false)).toMatchObject({ ok: true });
    expect((await refundOf(order)).held).toBe(false);
    await control("POST", `/cashouts/${cashout.id}/status`, { status: "DELIVERED", webhook: false });
    for (const refused of [await hold(true), await cancelRefund(flow, order.id, { reference })]) {
      expect(refused).toEqual({ ok: false, refusal: "change_refused" });
    }
    await control("POST", `/cashouts/${cashout.id}/status`, { status: "ON_HOLD", webhook: false });
    expect(await cancelRefund(flow, order.id, { reference })).toMatchObject({ ok: true, canceled: true });
    expect([(await refundOf(order)).status, (await cashouts())[0]?.status]).toEqual(["canceled", "CANCELLED"]);
    expect(await hold(false)).toEqual({ ok: false, refusal: "refund_ended" });
  });

  it("follows its notifications, which name no status, to an end that a bank can still undo", async () => {
    const { control, deliveries } = lab();
    const { order, cashout } = await waiting();
    for (const [status, ours] of [
      ["COMPLETED", "sent"],
      ["REJECTED", "failed"],
    ] as const) {
      await world().pass(60_000);
      await control("POST", `/cashouts/${cashout.id}/status`, { status });
      await eventually(async () => (await refundOf(order)).status === ours || undefined);
    }
    await eventually(async () => deliveries[1]);
    expect(deliveries.map(({ answer }) => answer)).toEqual(["refund_changed", "refund_changed"]);
    const events = await lab().flow.store.events(order.id);
    expect(events.at(-1)?.facts).toMatchObject({ reason: "807 REJECTED_BY_BANK" });
    expect((await stored(lab().flow, order.id)).status).toBe("paid");
  });

  it("makes us ask once for a flood of notifications, and again a while later", async () => {
    const { control, deliveries, deliver, calls } = lab();
    const { order, cashout } = await waiting();
    await control("POST", `/cashouts/${cashout.id}/status`, { status: "COMPLETED" });
    const seen = await eventually(async () => deliveries[0]);
    const asked = () => calls.filter(({ operation }) => operation === "payout_status").length;
    expect([seen.answer, asked()]).toEqual(["refund_changed", 1]);
    const flood = () => Promise.all(Array.from({ length: 8 }, () => deliver(seen)));
    expect(new Set(await flood())).toEqual(new Set(["refused webhook_not_settled"]));
    expect(asked()).toBe(1);
    await world().pass(60_000);
    expect((await flood()).toSorted()).toEqual(["duplicate", ...Array(7).fill("refused webhook_not_settled")]);
    expect([asked(), (await refundOf(order)).status]).toEqual([2, "sent"]);
  });

  it("believes no notification that is forged, moved to another reference or doubled, and asks for none that is not ours", async () => {
    const { control, deliveries, deliver, calls, flow } = lab();
    const { order, cashout } = await waiting();
    const before = calls.length;
    await control("POST", `/cashouts/${cashout.id}/forge`);
    await control("POST", `/cashouts/${cashout.id}/forge`, { external_id: `${order.id}-refund-2` });
    await eventually(async () => deliveries[1]);
    expect(deliveries.map(({ answer }) => answer)).toEqual(Array(2).fill("refused unauthenticated"));
    const [{ headers, path } = expect.fail()] = deliveries;
    const sent = (text: string) => deliver({ headers, path, body: new TextEncoder().encode(text) });
    const right = new URLSearchParams({ external_id: cashout.externalId, control: controlFor(cashout.externalId) });
    const doubled = `${right}&external_id=${order.id}-refund-2`;
    for (const nonsense of ["", "external_id=x", "control=y", doubled, `${right}&control=y`]) {
      expect(await sent(nonsense)).toBe("refused unauthenticated");
    }
    for (const [reference, answer] of [
      ["payroll 2026-11", "ignored"],
      [`${order.id}-refund-7`, "refused unknown_payment"],
    ] as const) {
      const form = new URLSearchParams({ external_id: reference, control: controlFor(reference) });
      expect(await sent(form.toString())).toBe(answer);
    }
    expect(calls).toHaveLength(before);
    expect((await refundOf(order)).status).toBe("waiting");
    expect(flow.payouts.size).toBe(1);
  });

  it("shows secrets and the receiver to the merchant alone", async () => {
    const { flow, calls } = lab();
    const { order, reference } = await waiting();
    const report = { reference, payoutId: null, status: "sent", providerStatus: "Completed" } as const;
    const unknown = { money: null, claimUrl: null, transactionHash: null };
    await settlePayout(flow, { provider: "onekey", report: { ...report, ...unknown }, source: "hint" });
    const after = await stored(flow, order.id);
    const labelOf = () => "OneKey";
    const view = orderView(after, { delayed: false, labelOf, canPayAgain: false });
    expect(view.refunds).toMatchObject([{ amount: "3.20", coin: "USD" }]);
    const logged = ["refund_started", "refund_changed", "order_changed"].flatMap((event) => world().logged(event));
    const said = JSON.stringify([calls, view, logged, await flow.store.events(order.id)]);
    for (const secret of [...onekeyBench.secrets, ACCOUNT, "Muñoz"]) expect(said).not.toContain(secret);
    expect(JSON.stringify(after)).toContain(ACCOUNT);
  });
});

/** As OneKey documents it (§3.3). */
function controlFor(reference: string): string {
  const hmac = createHmac("sha256", "onekey_emulator_cashout_secret").update(`Be4${reference}Bo7`);
  return hmac.digest("hex").toUpperCase();
}
