import { randomBytes } from "node:crypto";
import { parseDecimal } from "../core/decimal";
import { deliver } from "../core/deliveries";
import type { Host } from "../core/host";
import type { Store } from "./account";
import type { Outcome } from "./api";
import { readCoin, readInteger, readObject, readText, refusable, refusal } from "./create-intent";
import { codes } from "./errors";
import { madeUpTransactionHash } from "./money";
import { webhookMessage } from "./webhooks";

/** Where a claim link can be. `claiming` means that the receiver's claim is on its way (§12). */
export type ClaimLinkStatus = "pending_deposit" | "claiming" | "claimed" | "cancelled" | "expired";
export const claimEvents = ["claiming", "claimed", "expired", "cancelled"] as const;
export type ClaimEvent = (typeof claimEvents)[number];

export interface ClaimLink {
  readonly id: string;
  readonly token: string;
  readonly terms: Terms;
  readonly coinSymbol: string;
  status: ClaimLinkStatus;
  /** Set when a cancel came while a claim was under way. */
  isCancelRequested: boolean;
  readonly history: Readonly<{ status: ClaimLinkStatus; atMs: number; by: string }>[];
}

/** What the merchant asked for; the same reference id takes the same terms only. */
interface Terms {
  readonly amount: string;
  readonly stable_coin: number;
  readonly chain: number;
  readonly reference_id: string;
  readonly receiver_email: string | null;
  readonly sender_display_name: string | null;
  readonly sender_message: string | null;
}

/** The payout chains of §11 that are EVM: Ethereum, Base, BNB, Arbitrum, Polygon, Optimism, Sepolia. */
const chains: readonly number[] = [1, 5, 6, 7, 8, 9, 11];
const lifetimeMs = 14 * 86_400_000;

/** Creates and funds a claim link, or answers the one that has the reference id already (§12). */
export function createClaimLink(host: Host<Store>, store: Store, body: unknown): Outcome {
  const read = refusable(() => readTerms(body));
  if (!read.ok) return { error: read.error };
  const terms = read.value;
  const known = [...store.claimLinks.values()].find((link) => link.terms.reference_id === terms.reference_id);
  if (known !== undefined && JSON.stringify(known.terms) !== JSON.stringify(terms)) {
    const message = "This reference_id belongs to a payout with other parameters.";
    const details = { existing: known.terms, requested: terms };
    return { error: { code: codes.referenceReused, message, details }, tags: { claimLinkId: known.id } };
  }
  const link = known ?? newClaimLink(store, terms);
  const isHit = known !== undefined;
  const payload = {
    claim_link_id: link.id,
    reference_id: terms.reference_id,
    amount: terms.amount,
    token_symbol: link.coinSymbol,
    status: link.status,
    // The token is a bearer secret and is shown once.
    token: isHit ? null : link.token,
    claim_url: isHit ? null : claimUrl(link, host.publicUrl),
    funding_tx_hash: madeUpTransactionHash(`funding:${link.id}`),
    funded_amount: terms.amount,
    idempotent_hit: isHit,
  };
  return { payloadJson: JSON.stringify(payload), tags: { claimLinkId: link.id } };
}

function readTerms(body: unknown): Terms {
  const fields = readObject(body);
  const amount = readText("amount", fields.amount) ?? "";
  const parsed = parseDecimal(amount);
  if (parsed === null || parsed.units <= 0n || parsed.scale > 6) {
    throw refusal("amount", "not_an_amount", "amount takes a decimal string above 0 with at most 6 places.");
  }
  const reference = limitedText("reference_id", fields.reference_id, 200) ?? "";
  if (reference === "") throw refusal("reference_id", "required", "reference_id is required.");
  const chain = readInteger("chain", fields.chain) ?? 0;
  if (!chains.includes(chain)) throw refusal("chain", "unknown_chain", `chain takes one of ${chains.join(", ")}.`);
  return {
    amount,
    stable_coin: readCoin("stable_coin", readInteger("stable_coin", fields.stable_coin) ?? 0).value,
    chain,
    reference_id: reference,
    receiver_email: limitedText("receiver_email", fields.receiver_email, 320),
    sender_display_name: limitedText("sender_display_name", fields.sender_display_name, 100),
    sender_message: limitedText("sender_message", fields.sender_message, 500),
  };
}

function limitedText(name: string, value: unknown, maxLength: number): string | null {
  const text = readText(name, value);
  if (text === null || text.length <= maxLength) return text;
  throw refusal(name, "too_long", `${name} takes at most ${maxLength} characters.`);
}

function newClaimLink(store: Store, terms: Terms): ClaimLink {
  const link: ClaimLink = {
    id: randomBytes(12).toString("hex"),
    token: `clk_live_${randomBytes(24).toString("base64url")}`,
    terms,
    coinSymbol: readCoin("stable_coin", terms.stable_coin).symbol,
    status: "pending_deposit",
    isCancelRequested: false,
    history: [{ status: "pending_deposit", atMs: store.clock.now(), by: "create" }],
  };
  store.claimLinks.set(link.id, link);
  store.claimLinksByToken.set(link.token, link);
  store.clock.schedule(lifetimeMs, () => {
    if (link.status === "pending_deposit") moveClaimLink(store, link, { event: "expired", by: "lifetime" });
  });
  return link;
}

export function claimUrl(link: ClaimLink, publicUrl: string): string {
  return `${publicUrl}/claim/${link.token}`;
}

/** Cancels a link that was not claimed; while a claim is under way the cancel is only noted (§12). */
export function cancelClaimLink(store: Store, id: string): Outcome {
  const link = store.claimLinks.get(id);
  const tags = { claimLinkId: id };
  if (link === undefined) {
    const message = "The claim link was not found.";
    return { error: { code: codes.claimLinkNotFound, message, details: { reason: "claim_link_not_found" } }, tags };
  }
  if (link.status === "claiming") {
    link.isCancelRequested = true;
    return {
      payloadJson: JSON.stringify({ claim_link_id: id, status: "claiming", outcome: "cancel_requested" }),
      tags,
    };
  }
  if (link.status !== "pending_deposit") {
    const details = { status: link.status, reason: `A link that is ${link.status} cannot be cancelled.` };
    return { error: { code: codes.notCancellable, message: "The claim link is not cancellable.", details }, tags };
  }
  moveClaimLink(store, link, { event: "cancelled", by: "cancel" });
  return { payloadJson: JSON.stringify({ claim_link_id: id, status: "cancelled", outcome: "refund_pending" }), tags };
}

/** Moves a link and sends the event that belongs to it. `claiming` has none. */
export function moveClaimLink(
  store: Store,
  link: ClaimLink,
  { event, by, sendsWebhook = true }: { event: ClaimEvent; by: string; sendsWebhook?: boolean },
): void {
  link.status = event;
  link.history.push({ status: event, atMs: store.clock.now(), by });
  if (event === "claiming" || !sendsWebhook) return;
  const hash = madeUpTransactionHash(`${event}:${link.id}`);
  const fields = {
    event,
    webhook_id: "",
    claim_link_id: link.id,
    reference_id: link.terms.reference_id,
    occurred_at: new Date(store.clock.now()).toISOString(),
    amount: link.terms.amount,
    token_symbol: link.coinSymbol,
    ...(event === "claimed" ? { claim_tx_hash: hash } : { refund_tx_hash: hash }),
  };
  const { claimLinkWebhookUrl: url } = store.settings;
  deliver(store, webhookMessage(store, { url, fields, tags: { claimLinkId: link.id } }));
}
