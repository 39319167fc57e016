import type { PaymentStatus } from "@/lib/orders/status";
import { PAYMENT_STATUSES } from "@/lib/orders/status";
import type { Words } from "@/messages/words";
import type { Merchant } from "./merchant";

/** How a state looks. Colour never carries the meaning alone: each tone has its own sign, and the words say it. */
export type Tone = "waiting" | "good" | "attention" | "ended";

const TONES: Readonly<Record<PaymentStatus, Tone>> = {
  pending: "waiting",
  confirming: "waiting",
  review: "attention",
  refunding: "attention",
  paid: "good",
  underpaid: "attention",
  rejected: "ended",
  failed: "ended",
  canceled: "ended",
  expired: "ended",
};

export type StateWords = {
  readonly tone: Tone;
  /** For the browser's tab. */
  readonly title: string;
  readonly heading: string;
  /** What has happened to the money. */
  readonly money: string;
  /** One next step. */
  readonly next: string;
};

/**
 * All that the order page says in one language, as plain data, because its code follows the order from state to state
 * without asking for words again. In `states` only `paid` may sound like success: half-read pages make people pay twice
 * or not at all.
 */
export function orderWords({ t, messages }: Words, { name, contact }: Merchant) {
  const { order, steps, facts } = messages;
  return {
    ...order,
    contact: t("order.contact", { merchant: contact?.label ?? name }),
    steps,
    facts,
    states: stateWords(t, name),
  };
}

export type OrderWords = ReturnType<typeof orderWords>;

function stateWords(t: Words["t"], merchant: string): Readonly<Record<PaymentStatus, StateWords>> {
  const entries = PAYMENT_STATUSES.map((status) => {
    const say = (part: "title" | "heading" | "money" | "next") => t(`states.${status}.${part}`, { merchant });
    const words = { title: say("title"), heading: say("heading"), money: say("money"), next: say("next") };
    return [status, { tone: TONES[status], ...words }] as const;
  });
  return Object.fromEntries(entries) as Record<PaymentStatus, StateWords>;
}
