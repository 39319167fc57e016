import type { OrderChange } from "./change-order";
import { type EffectState, type Order, openReasons, REASONS, type Reason, type Refund } from "./order";
import { hasEnded } from "./refunds";

/** What may have to be acted on: the order became paid, the merchant should look at it, or a refund of it ended. */
type OrderEventKind = "paid" | "attention" | "refund";

export type OrderHappening =
  | { readonly kind: "paid" }
  /** `again`: 2 when the reason is back after the merchant had dealt with it, and so on. */
  | { readonly kind: "attention"; readonly reason: Reason; readonly again?: number }
  /** `isSecondEnd`: it has ended otherwise than was told before, as when a bank returned what was sent. */
  | { readonly kind: "refund"; readonly refund: Refund; readonly isSecondEnd?: true };

/** An effect by the name that is stored with the order, and what it has to follow on. */
export type WantedEffect = { readonly name: string; readonly events: readonly OrderEventKind[] };

const REFUND_PREFIX = "refund:";
const AGAIN = "#";

/**
 * Adds the effects of what a write brings about to the write itself, so that none is lost. Each effect is added at most
 * once for an order and an event: a status that comes back is not news. A reason that is back after the merchant had dealt
 * with it is, and so is a refund that ends otherwise than was told: its money is not where the merchant believes.
 */
export function withEffects(
  before: Order,
  write: OrderChange,
  { effects, now }: { effects: readonly WantedEffect[]; now: number },
): OrderChange {
  const known = write.order.effects;
  const isKnown = (event: string, name: string) => known.some((each) => each.event === event && each.name === name);
  const added = happenings(before, write.order).flatMap((happening): EffectState[] => {
    const event = eventName(happening);
    return effects
      .filter(({ name, events }) => events.includes(happening.kind) && !isKnown(event, name))
      .map(({ name }) => ({ event, name, doneAt: null, failures: 0, nextAt: now }));
  });
  if (added.length === 0) return write;
  const dueAt = Math.min(write.dueAt ?? now, now);
  return { ...write, order: { ...write.order, effects: [...known, ...added] }, dueAt };
}

/** What is new in `after`. */
function happenings(before: Order, after: Order): OrderHappening[] {
  const news: OrderHappening[] = [];
  if (after.status === "paid" && before.status !== "paid") news.push({ kind: "paid" });
  const known = openReasons(before);
  for (const reason of openReasons(after)) {
    if (known.includes(reason)) continue;
    const told = new Set(before.effects.map(({ event }) => event).filter((event) => event.split(AGAIN)[0] === reason));
    const isBack = before.handled.includes(reason) && told.size > 0;
    news.push({ kind: "attention", reason, ...(isBack && { again: told.size + 1 }) });
  }
  for (const refund of after.refunds) {
    const earlier = before.refunds.find(({ reference }) => reference === refund.reference);
    if (!hasEnded(refund) || refund.status === earlier?.status) continue;
    const isSecondEnd = before.effects.some(({ event }) => event === REFUND_PREFIX + refund.reference);
    news.push({ kind: "refund", refund, ...(isSecondEnd && { isSecondEnd }) });
  }
  return news;
}

/** As it is stored with an effect. */
function eventName(happening: OrderHappening): string {
  if (happening.kind === "paid") return "paid";
  if (happening.kind === "attention") {
    return happening.again === undefined ? happening.reason : `${happening.reason}${AGAIN}${happening.again}`;
  }
  const { refund, isSecondEnd } = happening;
  return `${REFUND_PREFIX}${refund.reference}${isSecondEnd ? `:${refund.status}` : ""}`;
}

/** The opposite of `eventName`. Null for an event that this version does not know, or a refund that the order does not have. */
export function happeningOf({ refunds }: Order, event: string): OrderHappening | null {
  if (event === "paid") return { kind: "paid" };
  if (event.startsWith(REFUND_PREFIX)) {
    const [reference, secondEnd] = event.slice(REFUND_PREFIX.length).split(":");
    const refund = refunds.find((each) => each.reference === reference);
    return refund === undefined ? null : { kind: "refund", refund, ...(secondEnd && { isSecondEnd: true }) };
  }
  const [name, again] = event.split(AGAIN);
  const reason = REASONS.find((each) => each === name);
  return reason === undefined ? null : { kind: "attention", reason, ...(again && { again: Number(again) }) };
}

export const isSameEffect = (one: EffectName, other: EffectName) =>
  one.event === other.event && one.name === other.name;

export type EffectName = Pick<EffectState, "event" | "name">;
