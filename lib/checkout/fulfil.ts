import "server-only";
import { log } from "@/lib/log";
import { formatAmount } from "@/lib/money/amount";
import { changeOrder, dueEffects, LONGEST_GAP_MS } from "@/lib/orders/change-order";
import { type EffectName, happeningOf, isSameEffect } from "@/lib/orders/effects";
import { type EffectState, type Order, type OrderId, payingPayment } from "@/lib/orders/order";
import type { Effect, EffectEnd, Flow, OnPaid, PaidOrder } from "./flow";
import { underLease } from "./leases";
import { compareAndSet } from "./write-order";

const EFFECT_TIMEOUT_MS = 30_000;
const FIRST_GAP_MS = 15_000;

/**
 * Runs the effects of an order that are due, one runner at a time, whichever process it is in. Each is marked as done in
 * the order only after it succeeded: at least once, never lost. One that throws or takes longer than 30 s is tried again
 * by reconciliation, after gaps that grow from 15 s to 6 h. Neither changes the payment. They run side by side, so that
 * one that hangs does not keep the others waiting.
 */
export async function fulfil(flow: Flow, orderId: OrderId): Promise<void> {
  await underLease(flow, `effects:${orderId}`, async () => {
    const tried: EffectName[] = [];
    let latest: Order | null = null;
    // Again after each round, for what another event added meanwhile: its own call of this found the lease taken.
    for (;;) {
      const order: Order | null = latest ?? (await flow.store.get(orderId));
      const due: EffectState[] = order === null ? [] : dueEffects(order, flow.clock.now());
      const untried = due.filter((effect) => !tried.some((each) => isSameEffect(each, effect)));
      if (order === null || untried.length === 0) return;
      tried.push(...untried);
      const isAlone = untried.length === 1;
      const written: (Order | undefined)[] = await Promise.all(
        untried.map((effect) => runEffect(flow, order, effect, isAlone)),
      );
      // The write of one effect had the newest order; of several, only one had.
      latest = isAlone ? (written[0] ?? null) : null;
    }
  });
}

/** Answers the order as it was written. `isAlone`: no other effect of it runs beside this one. */
async function runEffect(flow: Flow, order: Order, effect: EffectState, isAlone: boolean): Promise<Order | undefined> {
  const attempt = effect.failures + 1;
  const end = await runOnce(flow, order, effect);
  const skipped = end.ok && end.skipped !== undefined ? { skipped: end.skipped } : {};
  const line = { orderId: order.id, effect: effect.name, cause: effect.event, attempt, ...skipped };
  if (end.ok) log.info("effect_done", line);
  else log.error("effect_failed", end.error, line);

  const updated = await compareAndSet(flow, {
    known: isAlone ? order : undefined,
    find: () => flow.store.get(order.id),
    change: (current) => {
      const now = flow.clock.now();
      const ended = end.ok ? { doneAt: now, failures: 0 } : { failures: attempt, nextAt: now + gapMs(attempt) };
      const effects = current.effects.map((state) => (isSameEffect(state, effect) ? { ...state, ...ended } : state));
      const type = end.ok ? "effect_done" : "effect_failed";
      const facts = { effect: effect.name, event: effect.event, attempt, ...skipped };
      // The first failure is news, the rest are counted.
      const event = end.ok || attempt === 1 ? ({ type, source: "effect", facts } as const) : null;
      return { write: changeOrder(current, { effects }, { event, now }) };
    },
  });
  return updated?.order;
}

const gapMs = (failures: number) => Math.min(FIRST_GAP_MS * 2 ** Math.min(failures - 1, 20), LONGEST_GAP_MS);

type Run = { readonly ok: true; readonly skipped?: string } | { readonly ok: false; readonly error: unknown };

async function runOnce(flow: Flow, order: Order, { event, name, failures }: EffectState): Promise<Run> {
  const effect = flow.effects.find((each) => each.name === name);
  const happening = happeningOf(order, event);
  // A newer version may have written it, and may come back.
  if (effect === undefined || happening === null) {
    return { ok: false, error: new Error("This version of the app does not know this effect.") };
  }
  const controller = new AbortController();
  let timer: NodeJS.Timeout | undefined;
  const cutOff = new Promise<never>((_resolve, reject) => {
    timer = setTimeout(() => {
      controller.abort();
      reject(new Error(`It took longer than ${EFFECT_TIMEOUT_MS / 1_000} s.`));
    }, EFFECT_TIMEOUT_MS);
  });
  try {
    const work = async () => effect.run({ ...happening, order }, { attempt: failures + 1, signal: controller.signal });
    const end: EffectEnd = await Promise.race([work(), cutOff]);
    return { ok: true, ...end };
  } catch (error) {
    return { ok: false, error: error ?? new Error("It threw nothing.") };
  } finally {
    clearTimeout(timer);
  }
}

/** Runs the merchant's own code once for each order that was paid. */
export function onPaidEffect(onPaid: OnPaid, name = "on_paid"): Effect {
  return {
    name,
    events: ["paid"],
    async run({ order }, context) {
      await onPaid(paidOrder(order), context);
      return undefined;
    },
  };
}

function paidOrder(order: Order): PaidOrder {
  const { id, price, item, payer, attention, updatedAt } = order;
  const payment = payingPayment(order);
  if (payment === undefined) throw new Error("An order is paid without a paid payment.");
  const { provider, paymentId, testStore, transaction, paidAt } = payment;
  return {
    id,
    amount: formatAmount(price),
    currency: price.currency,
    item: item ?? null,
    payer,
    paidAt: paidAt ?? updatedAt,
    payment: { provider, paymentId, testStore, transaction },
    attention,
  };
}
