import { json, type Reply } from "../http/reply";
import { fiatCurrencies } from "../protocol/currencies";
import { findStatus, statuses } from "../protocol/statuses";
import type { Intent, ReportedFigures } from "../state/intent";
import { changeStatus, type PaymentFacts } from "../webhooks/change-status";
import { booleanField, type ControlContext, type ControlRoute, integerField, stringField } from "./control-route";
import { intentView } from "./intent-view";
import {
  ControlError,
  nullableInteger,
  optionalBoolean,
  optionalDecimal,
  optionalInteger,
  optionalString,
} from "./read-field";

/** Looking at intents and moving them. */
export const intentRoutes: readonly ControlRoute[] = [
  {
    method: "GET",
    path: "/_emulator/intents",
    summary: "The intents of the account, newest first.",
    query: { order_id: stringField("Only those of this order."), limit: integerField("How many; 100 by default.") },
    handle: listIntents,
  },
  {
    method: "GET",
    path: "/_emulator/intents/{id}",
    summary: "One intent with its order, payment, history and the detail payload of the API.",
    handle: (context) => json(200, intentView(context.state, context.account, findIntent(context))),
  },
  {
    method: "POST",
    path: "/_emulator/intents/{id}/status",
    summary: "Moves an intent to any status from any other. 20 sends the webhook.",
    body: {
      status: { type: "integer", enum: statuses.map(({ value }) => value), description: "The new status." },
      amount_cents: { type: ["integer", "null"], description: "Told instead of the order's amount, true or not." },
      currency: { type: ["integer", "null"], description: "Told instead of the order's currency." },
      amount_coins: stringField("Told instead of the order's coin amount; a decimal string."),
      coin_symbol: stringField("Told instead of the order's coin."),
      chain_id: integerField("The EIP-155 chain of the payment."),
      tx_hash: stringField("The hash of the payment."),
      tx_from: stringField("The sender of the payment."),
      payment_method_type: integerField("0 to 3."),
      actual_paid_amount: stringField("What arrived; a decimal string."),
      webhook: booleanField("False sends no webhook."),
    },
    required: ["status"],
    handle: setStatus,
  },
];

/** Newest first. `order_id` filters, because that is the id a merchant's test knows. */
function listIntents({ state, account, query }: ControlContext): Reply {
  const orderId = query.get("order_id");
  const limit = Number(query.get("limit") ?? 100);
  if (!Number.isSafeInteger(limit) || limit < 1) throw new ControlError('"limit" must be a positive integer.');
  const all = [...account.intents.values()].reverse();
  const wanted = orderId === null ? all : all.filter(({ order }) => order.orderId === orderId);
  const shown = wanted.slice(0, limit);
  for (const intent of shown) account.age(intent);
  return json(200, { total: wanted.length, intents: shown.map((intent) => intentView(state, account, intent)) });
}

export function findIntent({ account, params }: ControlContext): Intent {
  const intent = account.intent(params.id ?? "");
  if (intent === undefined) throw new ControlError("This account has no such intent.", 404);
  return intent;
}

/** Moves an intent to any status. Amounts given here are what detail and webhook will tell, true or not. */
function setStatus(context: ControlContext): Reply {
  const { state, account, body } = context;
  const intent = findIntent(context);
  const status = findStatus(body.status);
  if (status === undefined) {
    throw new ControlError(`"status" must be one of ${statuses.map(({ value }) => value).join(", ")}.`);
  }
  const facts = readFacts(body);
  const sendsWebhook = optionalBoolean(body, "webhook");
  changeStatus(account, intent, {
    status: status.value,
    by: "control",
    reported: readReported(body),
    ...(Object.keys(facts).length === 0 ? {} : { facts }),
    ...(sendsWebhook === undefined ? {} : { sendsWebhook }),
  });
  return json(200, intentView(state, account, intent));
}

function readFacts(body: Readonly<Record<string, unknown>>): PaymentFacts {
  return withoutUndefined({
    chainId: optionalInteger(body, "chain_id"),
    txHash: optionalString(body, "tx_hash"),
    txFrom: optionalString(body, "tx_from"),
    paymentMethodType: optionalInteger(body, "payment_method_type"),
    actualPaidAmount: optionalDecimal(body, "actual_paid_amount"),
  });
}

function readReported(body: Readonly<Record<string, unknown>>): ReportedFigures {
  const currency = nullableInteger(body, "currency");
  const symbol = fiatCurrencies.find(({ value }) => value === currency)?.symbol ?? null;
  return withoutUndefined({
    amountCents: nullableInteger(body, "amount_cents"),
    currency,
    currencySymbol: currency === undefined ? undefined : symbol,
    amountCoins: optionalDecimal(body, "amount_coins"),
    coinSymbol: optionalString(body, "coin_symbol"),
  });
}

type Defined<T> = { [Name in keyof T]?: Exclude<T[Name], undefined> };

/** Leaves absent what was not given, which exact optional types tell apart from undefined. */
function withoutUndefined<T extends object>(value: T): Defined<T> {
  return Object.fromEntries(Object.entries(value).filter(([, entry]) => entry !== undefined)) as Defined<T>;
}
