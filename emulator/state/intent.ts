import { randomBytes } from "node:crypto";
import { CREATED, PAYING, type StatusValue } from "../protocol/statuses";
import type { ScenarioName } from "../scenarios/scenario-names";

/** What a merchant asked for when creating an intent (§5). */
export interface IntentOrder {
  readonly amountCents: number;
  /** The fiat currency, or null for native pricing. */
  readonly currency: { readonly value: number; readonly symbol: string } | null;
  readonly coin: { readonly value: number; readonly symbol: string };
  readonly acceptedStableCoins: readonly number[] | null;
  readonly amountCoins: string;
  readonly rate: string | null;
  readonly orderId: string | null;
  readonly orderDescription: string | null;
  readonly userId: string | null;
  readonly userName: string | null;
  readonly redirectUrl: string | null;
  readonly extra: Readonly<Record<string, unknown>> | null;
}

/** What a payment did, as the detail route and the webhook tell it (§7, §8). */
export interface Payment {
  readonly transactionId: string;
  readonly chainId: number;
  readonly coinSymbol: string;
  readonly txHash: string;
  readonly txFrom: string;
  readonly txTo: string;
  readonly paymentMethodType: number;
  readonly actualPaidAmount: string;
}

/**
 * Figures that detail and webhook tell instead of the true ones, where a test wants them to differ from the order.
 * An absent one is told truthfully; null is told as null.
 */
export interface ReportedFigures {
  readonly amountCents?: number | null;
  readonly currency?: number | null;
  readonly currencySymbol?: string | null;
  readonly amountCoins?: string;
  readonly coinSymbol?: string;
}

export interface StatusChange {
  readonly status: number;
  readonly atMs: number;
  readonly by: string;
}

export interface Intent {
  readonly id: string;
  readonly token: string;
  readonly apiKey: string;
  readonly order: IntentOrder;
  readonly createdAtMs: number;
  readonly expiresAtMs: number | null;
  status: StatusValue;
  payment: Payment | null;
  reported: ReportedFigures;
  history: StatusChange[];
  /** The scenario that moves this intent, if one does. */
  scenario: ScenarioName | null;
}

export interface NewIntent {
  readonly apiKey: string;
  readonly order: IntentOrder;
  readonly nowMs: number;
  readonly lifetimeMs: number;
}

/** An id of 24 hex digits, as the protocol's samples have (§5). */
export function newObjectId(): string {
  return randomBytes(12).toString("hex");
}

export function newIntent({ apiKey, order, nowMs, lifetimeMs }: NewIntent): Intent {
  return {
    id: newObjectId(),
    token: randomBytes(12).toString("base64url"),
    apiKey,
    order,
    createdAtMs: nowMs,
    expiresAtMs: lifetimeMs === 0 ? null : nowMs + lifetimeMs,
    status: CREATED,
    payment: null,
    reported: {},
    history: [{ status: CREATED, atMs: nowMs, by: "create" }],
    scenario: null,
  };
}

/** Whether the lifetime has run out on an intent that nobody has paid into. */
export function hasExpired(intent: Intent, nowMs: number): boolean {
  const waiting = intent.status === CREATED || intent.status === PAYING;
  return waiting && intent.expiresAtMs !== null && nowMs >= intent.expiresAtMs;
}
