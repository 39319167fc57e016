import type { WebhookVariant } from "../webhooks/webhook-variants";

/** The orders a matrix needs, all unpaid when it starts. */
export type MatrixOrder = "settled" | "untouched" | "crowded" | "short" | "foreign";

export interface MatrixLine {
  readonly name: string;
  readonly order: MatrixOrder;
  readonly act:
    | { readonly kind: "once"; readonly variant: WebhookVariant }
    /** Sends the delivery of the first line once more. */
    | { readonly kind: "again" }
    | { readonly kind: "at_once"; readonly copies: number };
  readonly wantedStatuses: readonly number[];
  /** Whether the order must count as paid afterwards. */
  readonly paid: boolean;
  /** What a receiver gets wrong that fails this line. */
  readonly hole: string;
}

const refused = (name: string, variant: WebhookVariant, hole: string): MatrixLine => ({
  name,
  order: "untouched",
  act: { kind: "once", variant },
  wantedStatuses: [401],
  paid: false,
  hole,
});

/** The acceptance table for receivers (§8, §14): fifteen lines, each with the hole it finds. */
export const matrixLines: readonly MatrixLine[] = [
  {
    name: "valid",
    order: "settled",
    act: { kind: "once", variant: "good" },
    wantedStatuses: [200],
    paid: true,
    hole: "A good webhook does not settle its order.",
  },
  refused("unsigned", "unsigned", "It believes webhooks that nobody signed."),
  refused("wrong-secret", "wrong_secret", "It does not check the signature against its own secret."),
  refused("one-byte-changed", "changed_byte", "It does not check the signature over the bytes of the body."),
  refused("query-added", "query_added", "It leaves the query out of what it checks."),
  refused("too-new-by-301-s", "future", "It takes webhooks from the future, which can be replayed later."),
  refused("too-old-by-301-s", "stale", "It takes old webhooks, so a recorded one can be replayed."),
  {
    ...refused("id-mismatch", "id_mismatch", "It does not compare the id in the body with the one in the header."),
    // The official plugin answers 400 here (§8), and either one says that the sender is not believed.
    wantedStatuses: [401, 400],
  },
  refused("short-signature", "short_signature", "It crashes on, or believes, a signature that was cut short."),
  {
    ...refused("too-large", "too_large", "It reads bodies of any size."),
    wantedStatuses: [413],
  },
  {
    name: "delivered-twice",
    order: "settled",
    act: { kind: "again" },
    wantedStatuses: [200],
    paid: true,
    hole: "A delivery that comes twice settles twice, or is refused and so keeps coming.",
  },
  {
    name: "twenty-at-once",
    order: "crowded",
    act: { kind: "at_once", copies: 20 },
    wantedStatuses: [200],
    paid: true,
    hole: "Copies that arrive together settle more than once.",
  },
  {
    name: "unknown-order",
    order: "untouched",
    act: { kind: "once", variant: "unknown_order" },
    wantedStatuses: [503],
    paid: false,
    hole: "A webhook that comes before its order is stored is not asked for again, and the payment is lost.",
  },
  {
    name: "amount-short",
    order: "short",
    act: { kind: "once", variant: "amount_short" },
    wantedStatuses: [200],
    paid: false,
    hole: "It takes any amount for the right one.",
  },
  {
    name: "other-currency",
    order: "foreign",
    act: { kind: "once", variant: "other_currency" },
    wantedStatuses: [200],
    paid: false,
    hole: "It takes any currency for the right one.",
  },
];
