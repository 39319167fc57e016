/**
 * Where a payment stands, in our own words: every provider's statuses are mapped to these ten.
 *
 * - `pending`: nothing has been received yet. `confirming`: money is on its way.
 * - `review`: a person has to look. `refunding`: the provider is sending the money back.
 * - `paid`: the only one that is final for money. After any of the other ends a late confirmation still wins.
 */
type StatusTraits = {
  /** The payer has nothing more to wait for. Money can still arrive. */
  readonly terminal: boolean;
  readonly tone: "waiting" | "good" | "attention" | "ended";
  /** No money was seen, so the payer may open another payment. */
  readonly canPayAgain: boolean;
  /** How often an open page asks at first, in milliseconds; 0 for never. */
  readonly pollMs: number;
  /** How far the progress line is: 1 started, 2 seen by the network, 3 confirmed; 0 shows no line. */
  readonly step: 0 | 1 | 2 | 3;
};

const OPEN = { terminal: false, canPayAgain: false, pollMs: 5_000 } as const;
const ENDED = { terminal: true, canPayAgain: false, pollMs: 15_000, step: 0 } as const;

export const STATUSES = {
  pending: { ...OPEN, tone: "waiting", step: 1 },
  confirming: { ...OPEN, tone: "waiting", step: 2 },
  review: { ...OPEN, tone: "attention", step: 2 },
  refunding: { ...OPEN, tone: "attention", step: 0 },
  paid: { ...ENDED, tone: "good", pollMs: 0, step: 3 },
  underpaid: { ...ENDED, tone: "attention" },
  rejected: { ...ENDED, tone: "ended" },
  failed: { ...ENDED, tone: "ended", canPayAgain: true },
  canceled: { ...ENDED, tone: "ended", canPayAgain: true },
  expired: { ...ENDED, tone: "ended", canPayAgain: true },
} as const satisfies Record<string, StatusTraits>;

export type PaymentStatus = keyof typeof STATUSES;

export const PAYMENT_STATUSES = Object.keys(STATUSES) as [PaymentStatus, ...PaymentStatus[]];

type StatusRules = {
  /** The reports that move a payment from here. Any other is old news and changes nothing. */
  readonly next: readonly PaymentStatus[];
  /** Of several payments, the one with the highest weight decides about the order; 0 leaves it to the newest. */
  readonly weight: number;
  /** The merchant has received money, all or some. */
  readonly received: boolean;
};

const LATE_MONEY = ["confirming", "review", "refunding", "paid"] as const;
const ENDS = ["underpaid", "rejected", "failed", "canceled", "expired"] as const;

/** Two rules never break: `paid` is not left, and from everywhere else `paid` can be reached, because late money has still arrived. */
export const STATUS_RULES: Readonly<Record<PaymentStatus, StatusRules>> = {
  pending: { next: [...LATE_MONEY, ...ENDS], weight: 0, received: false },
  confirming: { next: ["review", "refunding", "paid", ...ENDS], weight: 5, received: false },
  review: { next: ["confirming", "refunding", "paid", ...ENDS], weight: 4, received: false },
  refunding: { next: ["paid", ...ENDS], weight: 3, received: false },
  paid: { next: [], weight: 6, received: true },
  // Money was received: an end that says nothing of it must not hide that.
  underpaid: { next: [...LATE_MONEY, "rejected"], weight: 2, received: true },
  rejected: { next: LATE_MONEY, weight: 1, received: false },
  failed: { next: [...LATE_MONEY, "underpaid", "rejected"], weight: 0, received: false },
  canceled: { next: [...LATE_MONEY, "underpaid", "rejected", "failed"], weight: 0, received: false },
  expired: { next: [...LATE_MONEY, "underpaid", "rejected", "failed", "canceled"], weight: 0, received: false },
};

/** The status after a report; the current one where the report changes nothing. */
export function nextStatus(current: PaymentStatus, reported: PaymentStatus): PaymentStatus {
  return STATUS_RULES[current].next.includes(reported) ? reported : current;
}

/** The status of an order with several payments: the weightiest, otherwise that of the newest, which the payer is looking at. */
export function combineStatuses(statuses: readonly PaymentStatus[]): PaymentStatus {
  const [weightiest] = statuses.toSorted((a, b) => STATUS_RULES[b].weight - STATUS_RULES[a].weight);
  if (weightiest !== undefined && STATUS_RULES[weightiest].weight > 0) return weightiest;
  return statuses.at(-1) ?? "pending";
}
