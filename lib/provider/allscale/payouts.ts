import type { Stablecoin } from "@/lib/money/currency";
import type { PayoutReport } from "@/lib/orders/observation";
import { describeIssues } from "../parsing";
import type { PayoutProvider, PayoutResult } from "../payout";
import type { ProviderFailure, WebhookContent } from "../provider";
import { type AllScaleClient, type ClientOptions, createAllScaleClient } from "./client";
import { PAYOUT_FAILED } from "./failures";
import { networkOf, PAYOUT_CHAINS, type PayoutChain, payoutChainOf, payoutEventSchema } from "./payout-wire";
import { checkAllScaleUrl, describeChain, LABEL, NAME, type PayoutNews, STABLECOIN_IDS } from "./wire";

export type PayoutOptions = ClientOptions & { readonly payoutChain: PayoutChain };

const COINS = Object.keys(STABLECOIN_IDS) as Stablecoin[];
/** More are refused, whatever the coin has on its chain. */
const PLACES = 6;

/** Claim links (§12): the receiver opens one and says where the coins are to go. */
export function createAllScalePayouts(options: PayoutOptions): PayoutProvider {
  const client = createAllScaleClient(options);
  return {
    name: NAME,
    label: LABEL,
    account: `${options.baseUrl} ${options.apiKey}`,
    coins: COINS,
    network: networkOf(options.payoutChain),
    places: PLACES,
    receiverFields: [],
    async createPayout({ reference, coin, amount, network, message }) {
      const chain = payoutChainOf(network);
      const coinId = COINS.find((each) => each === coin);
      if (chain === null || coinId === undefined) return refuse("AllScale does not send this coin on this network.");
      const answer = await client.createPayout({
        amount,
        stable_coin: STABLECOIN_IDS[coinId],
        chain: PAYOUT_CHAINS[chain].id,
        reference_id: reference,
        ...(message !== null && { sender_message: message }),
      });
      if (!answer.ok) return failedOrUnclear(reference, answer.failure);
      const { claim_link_id: payoutId, status, token_symbol, claim_url, ...payload } = answer.payload;
      if (payload.reference_id !== reference) return refuse("AllScale answered about another payout.", true);
      const claim = claim_url === undefined ? null : checkAllScaleUrl(claim_url, options.baseUrl);
      const money = { coin: token_symbol, amount: payload.amount };
      const claimUrl = claim?.ok ? claim.url : null;
      return { ok: true, report: { ...reportOf(reference, status), payoutId, money, claimUrl } };
    },
    // §12 has none; creating it again under the same reference answers its status.
    readPayout: null,
    cancelPayout: (payout) => cancel(client, payout),
    holdPayout: null,
    explorerUrl(network, hash) {
      const chain = payoutChainOf(network);
      return (chain && describeChain(PAYOUT_CHAINS[chain].chainId, hash).explorerUrl) ?? null;
    },
  };
}

async function cancel(client: AllScaleClient, payout: { payoutId: string; reference: string }): Promise<PayoutResult> {
  const answer = await client.cancelPayout(payout);
  if (!answer.ok) return answer;
  const { claim_link_id: payoutId, status } = answer.payload;
  if (payoutId !== payout.payoutId) return refuse("AllScale answered about another payout.", true);
  return { ok: true, report: { ...reportOf(payout.reference, status), payoutId } };
}

/** A refusal with this code is about the payout itself, so it is final under its reference. */
function failedOrUnclear(reference: string, failure: ProviderFailure): PayoutResult {
  if (failure.code !== String(PAYOUT_FAILED)) return { ok: false, failure };
  const { reason = failure.message } = failure;
  return { ok: true, report: { ...reportOf(reference, "failed"), status: "failed", reason } };
}

function refuse(message: string, maybeAccepted = false) {
  const kind = maybeAccepted ? "bad_answer" : "refused";
  return { ok: false, failure: { kind, message, maybeAccepted } } as const;
}

/** A word that is not in the protocol must change nothing, so it reads as one that goes on. */
const STATUSES = new Map<string, PayoutReport["status"]>([
  ["claimed", "sent"],
  ["expired", "expired"],
  ["cancelled", "canceled"],
]);

function reportOf(reference: string, word: string): PayoutReport {
  const unknown = { payoutId: null, money: null, claimUrl: null, transactionHash: null };
  return { reference, status: STATUSES.get(word) ?? "waiting", providerStatus: word, ...unknown };
}

/** Reads the body of a delivery about a payout, which was authenticated before (§8, §12). */
export function parsePayoutWebhook(json: unknown, { webhook_id: deliveryId, event }: PayoutNews): WebhookContent {
  // Later kinds are to be ignored.
  if (!STATUSES.has(event)) return { kind: "ignored", diagnosis: "an event that is not known", deliveryId };
  const { success, data: body, error } = payoutEventSchema.safeParse(json);
  if (!success) return { kind: "unreadable", diagnosis: `the body is not a payout: ${describeIssues(error)}` };
  const facts = {
    payoutId: body.claim_link_id,
    money: { coin: body.token_symbol, amount: body.amount },
    transactionHash: body.claim_tx_hash ?? null,
  };
  return { kind: "payout_event", report: { ...reportOf(body.reference_id, event), ...facts }, deliveryId };
}
