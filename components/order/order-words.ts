import { PAYMENT_STATUSES, type PaymentStatus } from "@/lib/orders/status";
import type { Messages } from "@/messages/catalogue";
import { fill } from "@/messages/fill";

/** The person who is paid, as far as the page of a payment needs to know. */
export type Merchant = {
  readonly name: string;
  readonly contact: { readonly label: string; readonly href: string } | null;
};

/**
 * All that the page of a payment says in one language, as plain data, because its code follows the payment from state to
 * state without asking for words again. In `states` only `paid` may sound like success: half-read pages make people pay
 * twice or not at all.
 */
export function orderWords(messages: Messages, { merchant, provider }: { merchant: Merchant; provider: string }) {
  const names = { merchant: merchant.name, provider };
  const filled = <Key extends string>(group: Readonly<Record<Key, string>>) =>
    Object.fromEntries(Object.entries<string>(group).map(([key, text]) => [key, fill(text, names)])) as Record<
      Key,
      string
    >;
  const { payment, steps, receipt, attention, states } = messages;
  return {
    ...payment,
    contact: fill(payment.contact, { merchant: merchant.contact?.label ?? merchant.name }),
    steps,
    receipt,
    attention: filled(attention),
    states: Object.fromEntries(PAYMENT_STATUSES.map((status) => [status, filled(states[status])])) as Record<
      PaymentStatus,
      Messages["states"][PaymentStatus]
    >,
  };
}

export type OrderWords = ReturnType<typeof orderWords>;
