import "server-only";
import { log } from "@/lib/log";
import { formatAmount } from "@/lib/money/amount";
import { dueAt, type EffectState, nextVersion, type Order, type OrderEvent, type OrderId } from "@/lib/orders/order";
import { type Flow, type PaidOrder, underLease, updateOrder } from "./flow";

const EFFECT_TIMEOUT_MS = 30_000;
const FIRST_GAP_MS = 15_000;
const MAX_GAP_MS = 6 * 60 * 60 * 1000;

/**
 * Runs the effects of an order that are due, one runner at a time, whichever process it is in. Each is marked as done in
 * the order only after it succeeded: at least once, never lost. One that throws or takes longer than 30 s is tried again
 * by reconciliation, after gaps that grow from 15 s to 6 h. Neither changes the payment.
 */
export async function fulfil(flow: Flow, orderId: OrderId): Promise<void> {
  await underLease(flow, `effects:${orderId}`, async () => {
    const order = await flow.store.get(orderId);
    const due = order === null ? [] : dueEffects(order, flow.clock.now());
    for (const effect of due) await runEffect(flow, orderId, effect);
  });
}

export function dueEffects(order: Order, now: number): EffectState[] {
  if (order.status !== "paid") return [];
  return order.effects.filter(({ doneAt, nextAt }) => doneAt === null && nextAt <= now);
}

async function runEffect(flow: Flow, orderId: OrderId, { name, failures }: EffectState): Promise<void> {
  const attempt = failures + 1;
  // Read again for each: the one before it took its time.
  const order = await flow.store.get(orderId);
  if (order === null || !dueEffects(order, flow.clock.now()).some((each) => each.name === name)) return;
  const error = await failureOf(flow, { name, order, attempt });
  if (error === null) log.info("effect_done", { orderId, effect: name, attempt });
  else log.error("effect_failed", error, { orderId, effect: name, attempt });

  await updateOrder(flow, {
    find: () => flow.store.get(orderId),
    change: (current) => {
      const now = flow.clock.now();
      const ended = error === null ? { doneAt: now } : { failures: attempt, nextAt: now + gapMs(attempt) };
      const effects = current.effects.map((state) => (state.name === name ? { ...state, ...ended } : state));
      const next = nextVersion(current, { effects }, now);
      const { status, updatedAt: at } = next;
      const type = error === null ? "effect_done" : "effect_failed";
      const facts = { effect: name, attempt };
      const event: OrderEvent = { at, type, source: "effect", paymentId: null, from: status, to: status, facts };
      // The first failure is news, the rest are counted.
      const isNews = error === null || attempt === 1;
      return { write: { order: next, event: isNews ? event : null, dueAt: dueAt(next, now) } };
    },
  });
}

const gapMs = (failures: number) => Math.min(FIRST_GAP_MS * 2 ** Math.min(failures - 1, 20), MAX_GAP_MS);

/** Null when it succeeded. */
async function failureOf(flow: Flow, run: { name: string; order: Order; attempt: number }): Promise<unknown> {
  const effect = flow.effects.find(({ name }) => name === run.name);
  if (effect === undefined) return new Error("This version of the app does not know this effect.");
  const controller = new AbortController();
  let timer: NodeJS.Timeout | undefined;
  const cutOff = new Promise<never>((_resolve, reject) => {
    timer = setTimeout(() => {
      controller.abort();
      reject(new Error(`It took longer than ${EFFECT_TIMEOUT_MS / 1_000} s.`));
    }, EFFECT_TIMEOUT_MS);
  });
  try {
    const work = async () => effect.run(paidOrder(run.order), { attempt: run.attempt, signal: controller.signal });
    await Promise.race([work(), cutOff]);
    return null;
  } catch (error) {
    return error ?? new Error("It threw nothing.");
  } finally {
    clearTimeout(timer);
  }
}

function paidOrder({ id, price, payer, attention, payments, updatedAt }: Order): PaidOrder {
  const payment = payments.find(({ status }) => status === "paid");
  if (payment === undefined) throw new Error("An order is paid without a paid payment.");
  const { provider, paymentId, transaction, paidAt } = payment;
  return {
    id,
    amount: formatAmount(price),
    currency: price.currency,
    payer,
    paidAt: paidAt ?? updatedAt,
    payment: { provider, paymentId, transaction },
    attention,
  };
}
