import { formatUnits, parseDecimal } from "../core/decimal";
import type { Intent, PaymentFacts } from "./intent";
import { chains, fraction, type StableCoin, stableCoins } from "./money";
import { findStatus, type StatusValue } from "./statuses";

/** What a payer or the provider can do to a payment, by the words on the buttons. */
export const payerActions = [
  { name: "pay", label: "Pay", status: 20 },
  { name: "pay-less", label: "Pay less", status: -3 },
  { name: "cancel", label: "Cancel", status: -4 },
  { name: "time-out", label: "Let it time out", status: -5 },
  { name: "hold", label: "Hold for review", status: 4 },
  { name: "send-back", label: "Send back", status: 5 },
] as const satisfies readonly { name: string; label: string; status: StatusValue }[];

export interface PayerChoice {
  readonly status: StatusValue;
  readonly facts: PaymentFacts;
}

/** Reads a pressed button: an action with its choices, or one of the twelve statuses. Null for anything else. */
export function readChoice(intent: Intent, form: URLSearchParams): PayerChoice | "bad_amount" | null {
  const action = payerActions.find(({ name }) => name === form.get("action"));
  if (action === undefined) {
    const status = findStatus(Number(form.get("status") ?? Number.NaN));
    return status === undefined ? null : { status: status.value, facts: {} };
  }
  const received = action.name === "pay-less" ? receivedAmount(intent, form.get("received")) : undefined;
  if (received === null) return "bad_amount";
  const chain = chains.find(({ id }) => id === Number(form.get("chain_id")));
  const coin = payableCoins(intent).find(({ value }) => value === Number(form.get("coin")));
  const facts = {
    ...(chain === undefined ? {} : { chainId: chain.id }),
    ...(coin === undefined ? {} : { coinSymbol: coin.symbol }),
    ...(received === undefined ? {} : { actualPaidAmount: received }),
  };
  return { status: action.status, facts };
}

/** The coins a payer may choose from: those the merchant accepts (§5). */
export function payableCoins({ order }: Intent): StableCoin[] {
  const accepted = order.currency === null ? null : order.acceptedStableCoins;
  const coins = (accepted ?? []).flatMap((value) => stableCoins.find((coin) => coin.value === value) ?? []);
  return coins.length === 0 ? [order.coin] : coins;
}

/** What arrives when less is paid: the amount typed, or three fifths of what is due. Null where that is not less. */
function receivedAmount({ order }: Intent, typed: string | null): string | null {
  const due = parseDecimal(order.amountCoins);
  if (due === null) return order.amountCoins;
  if (typed === null || typed.trim() === "") return fraction(order.amountCoins, 3n, 5n);
  const given = parseDecimal(typed.trim());
  if (given === null || given.units <= 0n) return null;
  const isLess = given.units * 10n ** BigInt(due.scale) < due.units * 10n ** BigInt(given.scale);
  return isLess ? formatUnits(given.units, given.scale) : null;
}
