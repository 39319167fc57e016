import { randomBytes } from "node:crypto";
import { parseDecimal } from "../core/decimal";
import { deliver } from "../core/deliveries";
import type { Host } from "../core/host";
import type { Store } from "./account";
import type { Outcome } from "./api";
import { readCoin, readInteger, readObject, readText, refusable, refusal } from "./create-intent";
import { codes } from "./errors";
import { newObjectId } from "./intent";
import { madeUpTransactionHash } from "./money";
import { webhookMessage } from "./webhooks";

/** What can happen to a claim link. `claiming` means that the receiver's claim is on its way (§12). */
export const claimEvents = ["claiming", "claimed", "expired", "cancelled"] as const;
type ClaimEvent = (typeof claimEvents)[number];
type ClaimLinkStatus = "pending_deposit" | ClaimEvent;

type Terms = Readonly<Record<"amount" | "reference_id", string>> &
  Readonly<Record<"stable_coin" | "chain", number>> &
  Readonly<Record<"receiver_email" | "sender_display_name" | "sender_message", string | null>>;

export interface ClaimLink {
  readonly id: string;
  readonly token: string;
  readonly terms: Terms;
  readonly coinSymbol: string;
  status: ClaimLinkStatus;
  isCancelRequested: boolean;
  readonly history: Readonly<{ status: ClaimLinkStatus; atMs: number; by: string }>[];
}

/** The payout chains of §11 that are EVM: Ethereum, Base, BNB, Arbitrum, Polygon, Optimism, Sepolia. */
const chains: readonly number[] = [1, 5, 6, 7, 8, 9, 11];
const lifetimeMs = 14 * 86_400_000;

export function createClaimLink(host: Host<Store>, store: Store, body: unknown): Outcome {
  const read = refusable(() => readTerms(body));
  if (!read.ok) return { error: read.error };
  const terms = read.value;
  const known = [...store.claimLinks.values()].find((each) => each.terms.reference_id === terms.reference_id);
  if (known !== undefined && JSON.stringify(known.terms) !== JSON.stringify(terms)) {
    const message = "This reference_id belongs to a payout with other parameters.";
    const details = { existing: known.terms, requested: terms };
    return { error: { code: codes.referenceReused, message, details }, tags: { claimLinkId: known.id } };
  }
  const link = known ?? newClaimLink(store, terms);
  const { amount, reference_id } = terms;
  const isHit = known !== undefined;
  const payload = {
    claim_link_id: link.id,
    reference_id,
    amount,
    token_symbol: link.coinSymbol,
    status: link.status,
    // The token is a bearer secret and is shown once.
    token: isHit ? null : link.token,
    claim_url: isHit ? null : claimUrl(link, host.publicUrl),
    funding_tx_hash: madeUpTransactionHash(`funding:${link.id}`),
    funded_amount: amount,
    idempotent_hit: isHit,
  };
  return { payloadJson: JSON.stringify(payload), tags: { claimLinkId: link.id } };
}

function readTerms(body: unknown): Terms {
  const fields = readObject(body);
  const text = (name: string, maxLength: number): string | null => {
    const value = readText(name, fields[name]);
    if (value === null || value.length <= maxLength) return value;
    throw refusal(name, "too_long", `${name} takes at most ${maxLength} characters.`);
  };
  const amount = text("amount", 40) ?? "";
  const { units = 0n, scale = 0 } = parseDecimal(amount) ?? {};
  if (units <= 0n || scale > 6) {
    throw refusal("amount", "not_an_amount", "amount takes a decimal string above 0 with at most 6 places.");
  }
  const reference_id = text("reference_id", 200) ?? "";
  if (reference_id === "") throw refusal("reference_id", "required", "reference_id is required.");
  const chain = readInteger("chain", fields.chain) ?? 0;
  if (!chains.includes(chain)) throw refusal("chain", "unknown_chain", `chain takes one of ${chains.join(", ")}.`);
  const stable_coin = readCoin("stable_coin", readInteger("stable_coin", fields.stable_coin) ?? 0).value;
  const sender = { sender_display_name: text("sender_display_name", 100), sender_message: text("sender_message", 500) };
  return { amount, stable_coin, chain, reference_id, receiver_email: text("receiver_email", 320), ...sender };
}

function newClaimLink(store: Store, terms: Terms): ClaimLink {
  const id = newObjectId();
  const token = `clk_live_${randomBytes(24).toString("base64url")}`;
  const coinSymbol = readCoin("stable_coin", terms.stable_coin).symbol;
  const status = "pending_deposit";
  const history = [{ status, atMs: store.clock.now(), by: "create" } as const];
  const link: ClaimLink = { id, token, terms, coinSymbol, status, isCancelRequested: false, history };
  store.claimLinks.set(id, link);
  store.clock.schedule(lifetimeMs, () => {
    if (link.status === status) moveClaimLink(store, link, { event: "expired", by: "lifetime" });
  });
  return link;
}

export function claimUrl(link: ClaimLink, publicUrl: string): string {
  return `${publicUrl}/claim/${link.token}`;
}

export function cancelClaimLink(store: Store, id: string): Outcome {
  const link = store.claimLinks.get(id);
  const tags = { claimLinkId: id };
  const answer = (outcome: string): Outcome => {
    return { payloadJson: JSON.stringify({ claim_link_id: id, status: link?.status, outcome }), tags };
  };
  if (link === undefined) {
    const details = { reason: "claim_link_not_found" };
    return { error: { code: codes.claimLinkNotFound, message: "The claim link was not found.", details }, tags };
  }
  if (link.status === "claiming") {
    link.isCancelRequested = true;
    return answer("cancel_requested");
  }
  if (link.status !== "pending_deposit") {
    const details = { status: link.status, reason: `A link that is ${link.status} cannot be cancelled.` };
    return { error: { code: codes.notCancellable, message: "The claim link is not cancellable.", details }, tags };
  }
  moveClaimLink(store, link, { event: "cancelled", by: "cancel" });
  return answer("refund_pending");
}

type ClaimChange = Readonly<{ event: ClaimEvent; by: string; sendsWebhook?: boolean }>;

export function moveClaimLink(store: Store, link: ClaimLink, { event, by, sendsWebhook = true }: ClaimChange): void {
  const { id, terms, coinSymbol } = link;
  const atMs = store.clock.now();
  link.status = event;
  link.history.push({ status: event, atMs, by });
  if (event === "claiming" || !sendsWebhook) return;
  const fields = {
    event,
    webhook_id: "",
    claim_link_id: id,
    reference_id: terms.reference_id,
    occurred_at: new Date(atMs).toISOString(),
    amount: terms.amount,
    token_symbol: coinSymbol,
    [event === "claimed" ? "claim_tx_hash" : "refund_tx_hash"]: madeUpTransactionHash(`${event}:${id}`),
  };
  const { claimLinkWebhookUrl: url } = store.settings;
  deliver(store, webhookMessage(store, { url, fields, tags: { claimLinkId: id } }));
}
