import { randomBytes, randomUUID } from "node:crypto";
import { parseDecimal, quotient } from "../core/decimal";
import { type Fault, preventedWith } from "../core/faults";
import type { Host } from "../core/host";
import { equalText, header, jsonText, type RawRequest } from "../core/http";
import { type Fields, isRecord, isText, numberText, readJson } from "../core/json";
import { type Answered, answered } from "../core/provider";
import { type Invoice, type Merchant, sign, type Widget } from "./merchant";

/** The calls that an emulator of payments needs (§2.3 to §2.5). */
export const operations = {
  create: "/invoice/single-fiat/create",
  status: "/invoice",
  create_widget: "/payment-widget/single-fiat/create",
  find_widget: "/payment-widget/single-fiat/find",
  list: "/subscription/webhook",
  subscribe: "/subscription/webhook/create",
} as const;
type Operation = keyof typeof operations;

const windowMs = 3 * 60_000;

type Outcome =
  | Readonly<{ ok: true; json: string; key?: string; externalId?: string | null }>
  | Readonly<{ ok: false; status: number; code: string; message: string }>;

const refuse = (code: string, message: string, status = 400): Outcome => ({ ok: false, status, code, message });

/** The route, then the key, the signature over the bytes, the time, the account, a fault, the operation. */
export function handleApi(host: Host<Merchant>, request: RawRequest): Answered<Merchant> {
  const path = request.path.replace(/^\/api\/v1/, "");
  const op = (Object.keys(operations) as Operation[]).find((name) => operations[name] === path);
  const merchant = host.accounts.get(header(request, "key")) ?? null;
  const answer = (outcome: Outcome, fault: Fault | null = null): Answered<Merchant> => {
    const failed = outcome.ok ? null : outcome;
    const body = outcome.ok ? outcome.json : JSON.stringify({ errorCode: outcome.code, message: outcome.message });
    const reply = jsonText(failed?.status ?? 200, body);
    const tags = {
      paymentId: (outcome.ok && outcome.key) || null,
      externalId: (outcome.ok && outcome.externalId) || null,
    };
    return answered({ op, account: merchant, tags, message: failed?.message ?? null, reply }, fault);
  };
  if (op === undefined) return answer(refuse("004", `There is no ${request.path}.`, 404));
  if (request.method !== "POST") return answer(refuse("001", "Every call is a POST.", 405));
  if (merchant === null) return answer(refuse("002", "The API key is not known."));
  const expected = sign(request.body, merchant.apiSecret);
  if (!equalText(header(request, "sign"), expected)) return answer(refuse("003", "Wrong sign"));
  const read = readJson(request.body);
  if (!read.ok || !isRecord(read.value)) return answer(refuse("001", "The body is not a JSON object."));
  const { timestamp, account, payload } = read.value;
  const awayMs = typeof timestamp === "number" ? Math.abs(timestamp - merchant.signingTimeMs()) : Number.NaN;
  if (!(awayMs <= windowMs)) return answer(refuse("011", "The timestamp is not within 3 minutes."));
  if (account !== merchant.settings.account) return answer(refuse("001", "The account is not known."));
  if (!isRecord(payload)) return answer(refuse("001", "payload takes an object."));
  const fault = merchant.faults.strike([op, ...(op === "create_widget" ? ["create"] : []), "any"]);
  const prevented = preventedWith(fault);
  if (prevented !== null) return answer(refuse("000", "A fault was set.", prevented), fault);
  return answer(perform(merchant, { op, payload, text: read.text }), fault);
}

function perform(merchant: Merchant, { op, payload, text }: { op: Operation; payload: Fields; text: string }): Outcome {
  switch (op) {
    case "create":
      return createInvoice(merchant, payload, text);
    case "create_widget":
      return createWidget(merchant, payload, text);
    case "status": {
      const { id, idempotencyKey } = payload;
      const all = [...merchant.invoices.values()];
      const found = all.find((each) => each.id === id || each.idempotencyKey === idempotencyKey);
      return found === undefined ? refuse("004", "There is no such invoice.", 400) : shown(found);
    }
    case "find_widget": {
      const widget = merchant.widgets.get(String(payload.requestId));
      return widget === undefined ? refuse("004", "There is no such widget.", 400) : shownWidget(merchant, widget);
    }
    case "list": {
      const { webhookUrl: url, webhookPublicKey: publicKey, webhookSecretKey: secretKey } = merchant.settings;
      const requestId = "00000000-0000-4000-8000-000000000000";
      const one = {
        requestId,
        notificationEventTypes: [],
        url,
        publicKey,
        secretKey,
        createdDate: "2026-01-01T00:00:00",
      };
      return { ok: true, json: JSON.stringify({ subscriptions: url === null ? [] : [one] }) };
    }
    case "subscribe": {
      const { url, requestId } = payload;
      if (typeof url !== "string" || !URL.canParse(url)) return refuse("001", "url takes an address.");
      merchant.settings = { ...merchant.settings, webhookUrl: url };
      const { webhookPublicKey: publicKey, webhookSecretKey: secretKey } = merchant.settings;
      return { ok: true, json: JSON.stringify({ requestId, url, publicKey, secretKey }) };
    }
  }
}

type Terms = Pick<Invoice, "fiatAmount" | "fiatCurrency" | "description" | "idempotencyKey" | "externalId">;

function readTerms(payload: Fields, text: string): Terms | string {
  const fiatAmount = numberText(text, "fiatAmount");
  const parsed = parseDecimal(fiatAmount);
  const { fiatCurrency, description, idempotencyKey = randomUUID(), externalId = null } = payload;
  if (parsed === null || parsed.units === 0n) return "fiatAmount takes a number above zero.";
  if (!isText(fiatCurrency, /^[A-Z]{3}$/)) return "fiatCurrency is required.";
  if (typeof description !== "string") return "description is required.";
  if (!isText(idempotencyKey, /^[0-9a-f-]{36}$/)) return "idempotencyKey takes a UUID.";
  return {
    fiatAmount,
    fiatCurrency,
    description,
    idempotencyKey,
    externalId: externalId === null ? null : String(externalId),
  };
}

function createInvoice(merchant: Merchant, payload: Fields, text: string): Outcome {
  const terms = readTerms(payload, text);
  if (typeof terms === "string") return refuse("001", terms);
  if (merchant.invoices.has(terms.idempotencyKey)) return refuse("016", "The idempotency key exists already.");
  const { currency } = payload;
  if (!isText(currency, /^[A-Z_]{3,12}$/)) return refuse("001", "currency is required.");
  return shown(newInvoice(merchant, terms, currency));
}

export function newInvoice(merchant: Merchant, terms: Terms, currency: string): Invoice {
  const createdAtMs = merchant.clock.now();
  // One by one, because a widget has these terms and more.
  const { fiatAmount, fiatCurrency, description, idempotencyKey, externalId } = terms;
  const invoice: Invoice = {
    ...{ fiatAmount, fiatCurrency, description, idempotencyKey, externalId },
    id: randomBytes(8).readBigUInt64BE().toString(),
    address: currency.endsWith("_TRX")
      ? `T${randomBytes(17).toString("hex").slice(0, 33)}`
      : `0x${randomBytes(20).toString("hex")}`,
    currency,
    createdAtMs,
    expiresAtMs: createdAtMs + merchant.settings.lifetimeMs,
    amount: coinsFor(merchant, fiatAmount),
    realAmount: null,
    state: "PENDING_PAYMENT",
    intervention: null,
    hash: null,
  };
  merchant.invoices.set(idempotencyKey, invoice);
  return invoice;
}

export function coinsFor({ settings }: Merchant, fiatAmount: string): string {
  const price = parseDecimal(fiatAmount) ?? { units: 0n, scale: 0 };
  const rate = parseDecimal(settings.rate) ?? { units: 1n, scale: 0 };
  return quotient(price, rate, 6);
}

function createWidget(merchant: Merchant, payload: Fields, text: string): Outcome {
  const terms = readTerms(payload, text);
  if (typeof terms === "string") return refuse("001", terms);
  if (merchant.widgets.has(terms.idempotencyKey)) return refuse("016", "The idempotency key exists already.");
  const { cryptoCurrencies: currencies, returnUrl } = payload;
  if (!Array.isArray(currencies) || currencies.length === 0) return refuse("001", "cryptoCurrencies is required.");
  const createdAtMs = merchant.clock.now();
  const widget: Widget = {
    ...terms,
    id: terms.idempotencyKey,
    currencies: currencies.map(String),
    returnUrl: typeof returnUrl === "string" ? returnUrl : null,
    createdAtMs,
    expiresAtMs: createdAtMs + merchant.settings.lifetimeMs,
    invoices: [],
  };
  merchant.widgets.set(widget.idempotencyKey, widget);
  return shownWidget(merchant, widget);
}

const isoTime = (ms: number) => new Date(ms).toISOString();

function shown(invoice: Invoice): Outcome {
  const { amount, fiatAmount, address, hash, intervention, createdAtMs, expiresAtMs, realAmount, ...fields } = invoice;
  const texts = {
    ...fields,
    invoiceAddress: address,
    type: "SINGLE_FIAT",
    lastDepositHash: hash,
    interventionType: intervention,
    isInterventionResolved: false,
    createdDate: isoTime(createdAtMs),
    expiration: isoTime(expiresAtMs),
  };
  const numbers = `"amount":${amount},"totalDebitAmount":${amount},"fiatAmount":${fiatAmount}`;
  const json = `${JSON.stringify(texts).slice(0, -1)},${numbers}}`;
  return { ok: true, json, key: invoice.idempotencyKey, externalId: invoice.externalId };
}

function shownWidget({ clock }: Merchant, widget: Widget): Outcome {
  const isPaid = widget.invoices.some(({ state }) => state === "COMPLETED" || state === "PAID");
  const widgetState = isPaid ? "COMPLETED" : clock.now() >= widget.expiresAtMs ? "ARCHIVED" : "IN_PROGRESS";
  const { idempotencyKey, currencies, description, externalId, createdAtMs, expiresAtMs } = widget;
  const invoices = widget.invoices.map((each) => ({
    invoiceId: each.id,
    cryptoCurrency: each.currency,
    invoiceIdempotencyKey: each.idempotencyKey,
    invoiceExternalId: each.externalId,
  }));
  const dates = { createdDate: isoTime(createdAtMs), expiration: isoTime(expiresAtMs) };
  const head = { idempotencyKey, cryptoCurrencies: currencies, description, widgetType: "SINGLE_FIAT", widgetState };
  return {
    ok: true,
    json: JSON.stringify({ ...head, externalId, invoices, ...dates }),
    key: idempotencyKey,
    externalId,
  };
}
