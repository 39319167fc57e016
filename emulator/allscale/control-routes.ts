import { type ControlContext, ControlError, foundOr404, type Route, route } from "../core/control-route";
import { choice, decimal, flag, integer, nullable, text } from "../core/fields";
import type { Host } from "../core/host";
import { json, type Reply } from "../core/http";
import { newest, type Section } from "../core/page";
import { scenarioNamed } from "../core/time-routes";
import type { Store } from "./account";
import { changeStatus } from "./change-status";
import { type ClaimLink, claimEvents, claimUrl, moveClaimLink } from "./claim-links";
import { priceText } from "./hosted-pages";
import type { Intent, PaymentFacts } from "./intent";
import { fiatCurrencies } from "./money";
import { checkoutUrl, detailPayload } from "./payloads";
import { scenarios, startScenario } from "./scenarios";
import { statuses, statusOf } from "./statuses";

type Context = ControlContext<Store>;

const limit = "How many; 100 by default.";
const sendsWebhook = flag("False sends no webhook.");
const figures = {
  amount_cents: nullable(integer("Shown instead of the order's amount, true or not.")),
  currency: nullable(integer("Shown instead of the order's currency.")),
  amount_coins: decimal("Shown instead of the order's coin amount."),
  coin_symbol: text("Shown instead of the order's coin."),
};
const facts = {
  chain_id: integer("The EIP-155 chain of the payment."),
  tx_hash: text("The hash of the payment."),
  tx_from: text("The sender of the payment."),
  payment_method_type: integer("0 to 3."),
  actual_paid_amount: decimal("What arrived."),
};
const statusValues = statuses.map(({ value }) => value);

export const controlRoutes: readonly Route<Store>[] = [
  route("GET /_emulator/intents", "The intents of the account, newest first.", {
    query: { order_id: "Only those of this order.", limit },
    handle: (context) => {
      const { account, query } = context;
      const orderId = query.get("order_id");
      const wanted = [...account.intents.values()].filter(({ order }) => orderId === null || order.orderId === orderId);
      const intents = newest(wanted, limitOf(query)).map((intent) => intentView(context, account.age(intent)));
      return json(200, { total: wanted.length, intents });
    },
  }),
  route("GET /_emulator/intents/{id}", "One intent with its order, payment, history and detail.", {
    handle: (context) => shown(context, findIntent(context)),
  }),
  route("POST /_emulator/intents/{id}/status", "Moves an intent to any status from any other. 20 sends the webhook.", {
    body: { status: choice("The new status.", statusValues), ...figures, ...facts, webhook: sendsWebhook },
    required: ["status"],
    handle: (context, { status, webhook: sendsWebhook = true, ...given }) => {
      const intent = findIntent(context);
      const { chain_id, tx_hash, tx_from, payment_method_type, actual_paid_amount, ...figures } = given;
      const hashes = { chainId: chain_id, txHash: tx_hash, txFrom: tx_from };
      const paid = { paymentMethodType: payment_method_type, actualPaidAmount: actual_paid_amount };
      const facts = withoutUndefined<PaymentFacts>({ ...hashes, ...paid });
      const currency_symbol = fiatCurrencies.find(({ value }) => value === figures.currency)?.symbol ?? null;
      const reported = figures.currency === undefined ? figures : { ...figures, currency_symbol };
      const change = { status, by: "control", reported, sendsWebhook };
      changeStatus(context.account, intent, { ...change, ...(Object.keys(facts).length > 0 && { facts }) });
      return shown(context, intent);
    },
  }),
  route("POST /_emulator/intents/{id}/scenario", "Plays a scenario on an intent that exists.", {
    body: { name: text("The scenario.") },
    required: ["name"],
    handle: (context, { name }) => {
      const intent = findIntent(context);
      startScenario(context.account, intent, scenarioNamed({ scenarios }, name));
      return shown(context, intent);
    },
  }),
  route("GET /_emulator/claim_links", "The claim links of the account, newest first.", {
    query: { reference_id: "Only the one with this reference.", limit },
    handle: ({ host, account, query }) => {
      const reference = query.get("reference_id");
      const all = [...account.claimLinks.values()];
      const wanted = all.filter(({ terms }) => reference === null || terms.reference_id === reference);
      const claim_links = newest(wanted, limitOf(query)).map((link) => claimLinkView(host, link));
      return json(200, { total: wanted.length, claim_links });
    },
  }),
  route("POST /_emulator/claim_links/{id}/event", "Moves a claim link; every event but `claiming` sends its webhook.", {
    body: { event: choice("What happens to it.", claimEvents), webhook: sendsWebhook },
    required: ["event"],
    handle: ({ host, account, params }, { event, webhook = true }) => {
      const link = foundOr404(account.claimLinks.get(params.id ?? ""), "claim link");
      moveClaimLink(account, link, { event, by: "control", sendsWebhook: webhook });
      return json(200, claimLinkView(host, link));
    },
  }),
];

function limitOf(query: URLSearchParams): number {
  const count = Number(query.get("limit") ?? 100);
  if (!Number.isSafeInteger(count) || count < 1) throw new ControlError('"limit" takes a positive integer.');
  return count;
}

function findIntent({ account, params }: Context): Intent {
  return foundOr404(account.intent(params.id ?? ""), "intent");
}

const isoTime = (ms: number | null): string | null => (ms === null ? null : new Date(ms).toISOString());

const shown = (context: Context, intent: Intent): Reply => json(200, intentView(context, intent));

function intentView({ host, account }: Context, intent: Intent): Readonly<Record<string, unknown>> {
  const { id, order, payment, scenario, status } = intent;
  return {
    ...{ id, order, payment, scenario, status },
    checkoutUrl: checkoutUrl(intent, host.publicUrl),
    statusName: statusOf(status).name,
    createdAt: isoTime(intent.createdAtMs),
    expiresAt: isoTime(intent.expiresAtMs),
    detail: detailPayload(account, intent),
    history: intent.history.map(({ atMs, ...change }) => ({ ...change, at: isoTime(atMs) })),
  };
}

function claimLinkView(host: Host<Store>, link: ClaimLink): Readonly<Record<string, unknown>> {
  const { id, status, isCancelRequested: cancelRequested, terms } = link;
  const history = link.history.map(({ atMs, ...change }) => ({ ...change, at: isoTime(atMs) }));
  return { id, claimUrl: claimUrl(link, host.publicUrl), status, cancelRequested, ...terms, history };
}

export function sections(store: Store): readonly Section[] {
  const intents = newest(store.intents.values()).map((intent) => {
    const { id, token, order, status } = store.age(intent);
    const link = { html: `<a href="/checkout/${token}">${id}</a>` };
    return [link, order.orderId ?? "", priceText(intent), `${statusOf(status).label} (${status})`];
  });
  const links = newest(store.claimLinks.values()).map(({ id, token, terms, coinSymbol, status }) => {
    const link = { html: `<a href="/claim/${token}">${id}</a>` };
    return [link, terms.reference_id, `${terms.amount} ${coinSymbol}`, status];
  });
  return [
    ["Newest intents", "Intent, Order, Amount, Status", intents],
    ["Newest claim links", "Link, Reference, Amount, Status", links],
  ];
}

/** Leaves out what was not given, which exact optional types tell apart from undefined. */
function withoutUndefined<T extends object>(value: { readonly [Name in keyof T]: T[Name] | undefined }): T {
  return Object.fromEntries(Object.entries(value).filter(([, entry]) => entry !== undefined)) as T;
}
