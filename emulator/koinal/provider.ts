import { randomBytes, randomInt } from "node:crypto";
import { foundOr404, type Route, route } from "../core/control-route";
import { parseDecimal, quotient } from "../core/decimal";
import { sendForged } from "../core/deliveries";
import { type Fault, preventedWith } from "../core/faults";
import { choice, decimal, flag } from "../core/fields";
import type { Host } from "../core/host";
import { equalText, header, html, json, jsonText, type RawRequest, type Reply, seeOther } from "../core/http";
import { isRecord, isText, numberText, readJson } from "../core/json";
import { escapeHtml, messagePage, newest, pageOf } from "../core/page";
import { type Answered, answered, type Provider } from "../core/provider";
import { callback, forged, Merchant, moveTo, type Payment, settings, signedCallback } from "./merchant";
import {
  authorizationHeader,
  type Operation,
  operations,
  quoteTokenHeader,
  readAuthorization,
  requestSignature,
  statuses,
} from "./wire";

/** The merchant code and the secret of the first account. */
const defaultCredentials = { apiKey: "1000", apiSecret: "koinal_emulator_secret" };

type Outcome = Readonly<{ status: number; code: string; message: string; data?: string; payment?: Payment }>;

const refuse = (status: number, code: string, message: string): Outcome => ({ status, code, message });
const approve = (data: string, payment?: Payment): Outcome => {
  return { status: 200, code: "00", message: "APPROVED", data, ...(payment && { payment }) };
};

/** Routes come first, then the authorization hash, then a fault, then the operation. */
function handleApi(host: Host<Merchant>, request: RawRequest): Answered<Merchant> {
  const found = (Object.keys(operations) as Operation[]).find((op) => operations[op].path.test(request.path));
  const auth = readAuthorization(header(request, authorizationHeader));
  const account = host.accounts.get(auth?.merchantCode ?? "") ?? null;
  const answer = (outcome: Outcome, fault: Fault | null = null): Answered<Merchant> => {
    const { status, code, message, data = "null", payment } = outcome;
    const word = code === "00" ? "APPROVED" : "DECLINED";
    const body = `{"data":${data},"code":"${code}","message":${JSON.stringify(message)},"status":"${word}"}`;
    const tags = { paymentId: payment?.id ?? null, orderId: payment?.orderId ?? auth?.customerReference ?? null };
    const told = { op: found, account, tags, message: code === "00" ? null : message };
    return answered({ ...told, reply: jsonText(status, body) }, fault);
  };
  if (found === undefined) return answer(refuse(404, "40", `There is no ${request.path}.`));
  if (operations[found].method !== request.method) return answer(refuse(405, "41", "Another method is needed."));
  if (auth === null || account === null) return answer(refuse(401, "10", "The authorization hash is not known."));
  const expected = requestSignature({ ...auth, secret: account.apiSecret });
  if (!equalText(auth.signature, expected)) return answer(refuse(401, "11", "The signature does not match."));
  const fault = account.faults.strike([found, "any"]);
  const prevented = preventedWith(fault);
  if (prevented !== null) return answer(refuse(prevented, "99", "A fault was set."), fault);
  const id = decodeURIComponent(operations[found].path.exec(request.path)?.[1] ?? "");
  return answer(perform(host, account, { op: found, id, reference: auth.customerReference, request }), fault);
}

type ToPerform = Readonly<{ op: Operation; id: string; reference: string; request: RawRequest }>;

function perform(host: Host<Merchant>, merchant: Merchant, { op, id, reference, request }: ToPerform): Outcome {
  if (op === "status") {
    const payment = merchant.payments.get(id);
    return payment === undefined ? refuse(404, "42", "There is no such order.") : approve(statusData(payment), payment);
  }
  const read = readJson(request.body);
  if (!read.ok || !isRecord(read.value)) return refuse(400, "43", "The body is not a JSON object.");
  return op === "quote"
    ? quote(merchant, read.text, read.value)
    : create(host, merchant, { reference, token: header(request, quoteTokenHeader), fields: read.value });
}

function quote(merchant: Merchant, body: string, fields: Readonly<Record<string, unknown>>): Outcome {
  const amount = numberText(body, "currency_amount");
  const parsed = parseDecimal(amount);
  const { currency, cryptocurrency: coin } = fields;
  if (parsed === null || parsed.units === 0n) return refuse(400, "44", "currency_amount takes a number above zero.");
  if (!isText(currency, /^[A-Z]{3}$/)) return refuse(400, "45", "Unknown currency.");
  if (!isText(coin, /^[A-Z]{2,10}$/)) return refuse(400, "46", "Unknown cryptocurrency.");
  const rate = parseDecimal(merchant.settings.rate) ?? { units: 1n, scale: 0 };
  const token = randomBytes(16).toString("hex");
  const quoted = { token, amount, currency, coin, coinAmount: quotient(parsed, rate, 8) };
  merchant.quotes.set(token, quoted);
  const money = `"cryptocurrency_amount":${quoted.coinAmount},"cryptocurrency":"${coin}"`;
  return approve(`{${money},"currency_amount":${amount},"currency":"${currency}","token":"${token}"}`);
}

type NewOrder = Readonly<{ reference: string; token: string; fields: Readonly<Record<string, unknown>> }>;

function create(host: Host<Merchant>, merchant: Merchant, { reference, token, fields }: NewOrder): Outcome {
  const quoted = merchant.quotes.get(token);
  if (quoted === undefined || fields.token !== token) return refuse(400, "47", "There is no such quote.");
  const { wallet_address: wallet, ip_address: payerAddress } = fields;
  if (!isText(wallet, /./)) return refuse(400, "48", "wallet_address is required.");
  if (!isText(payerAddress, /./)) return refuse(400, "49", "ip_address is required.");
  merchant.quotes.delete(token);
  const payment: Payment = {
    ...quoted,
    id: String(randomInt(1e11, 1e12)),
    token: randomBytes(16).toString("hex"),
    orderId: reference,
    createdAtMs: merchant.clock.now(),
    wallet,
    payerAddress,
    status: "PENDING",
    transactionId: null,
  };
  merchant.payments.set(payment.id, payment);
  const url = merchant.settings.evilUrl ?? `${host.publicUrl}/pay/${payment.token}`;
  return approve(`{"id":${payment.id},"checkout_url":${JSON.stringify(url)}}`, payment);
}

function statusData({ id, status, amount, currency, coinAmount, coin, transactionId, createdAtMs }: Payment): string {
  const fiat = `"currency_amount":${amount},"currency":"${currency}"`;
  const coins = `"cryptocurrency_amount":${coinAmount},"cryptocurrency":"${coin}"`;
  const transaction = `"transaction_id":${JSON.stringify(transactionId)},"timestamp":${Math.floor(createdAtMs / 1000)}`;
  return `{"id":${id},"status":"${status}",${fiat},${coins},${transaction}}`;
}

/** The card page: GET shows it, POST is its button. */
function handlePage(host: Host<Merchant>, request: RawRequest): Reply {
  const token = /^\/pay\/([0-9a-f]{32})$/.exec(request.path)?.[1];
  for (const merchant of host.accounts.values()) {
    const payment = [...merchant.payments.values()].find((each) => each.token === token);
    if (payment === undefined) continue;
    if (request.method === "POST" && payment.status === "PENDING") moveTo(merchant, payment, "COMPLETED");
    return request.method === "POST" ? seeOther(request.path) : html(200, cardPage(payment));
  }
  return html(404, messagePage("Not found", "There is nothing here."));
}

function cardPage({ amount, currency, coinAmount, coin, wallet, status }: Payment): string {
  const button = '<form method="post"><button class="primary" data-testid="pay">Pay by card</button></form>';
  const body = `<h1>Buy ${escapeHtml(coin)}</h1>
<p class="amount" data-testid="fiat-amount">${escapeHtml(`${amount} ${currency}`)}</p>
<p>${escapeHtml(`${coinAmount} ${coin}`)} go to ${escapeHtml(wallet)}.</p>
<p role="status"><strong data-testid="status" data-status="${status}">${status}</strong></p>
${status === "PENDING" ? button : ""}
<p>This is the Koinal emulator. No money moves.</p>`;
  return pageOf({ title: "Pay by card", body });
}

function find(merchant: Merchant, id = ""): Payment {
  return foundOr404(merchant.payments.get(id), "payment");
}

const routes: readonly Route<Merchant>[] = [
  route("GET /_emulator/payments", "The payments of the account, newest first.", {
    query: { order_id: "Only those of this order." },
    handle: ({ account, query }) => {
      const orderId = query.get("order_id");
      const payments = [...account.payments.values()].filter((each) => orderId === null || each.orderId === orderId);
      return json(200, { total: payments.length, payments: payments.reverse() });
    },
  }),
  route("POST /_emulator/payments/{id}/status", "Moves a payment; COMPLETED sends the callback.", {
    body: {
      status: choice("The new status.", statuses),
      amount: decimal("What was paid instead of the price."),
      coin_amount: decimal("What was delivered instead of the quote."),
      webhook: flag("False sends no callback."),
    },
    required: ["status"],
    handle: ({ account, params }, { status, amount, coin_amount, webhook = true }) => {
      const payment = find(account, params.id);
      payment.amount = amount ?? payment.amount;
      payment.coinAmount = coin_amount ?? payment.coinAmount;
      moveTo(account, payment, status, { sendsWebhook: webhook });
      return json(200, payment);
    },
  }),
  route("POST /_emulator/payments/{id}/forge", "Sends a callback with a signature of another secret.", {
    handle: ({ account, params }) => {
      const payment = find(account, params.id);
      const message = callback(account, payment);
      sendForged(account, message, () => forged(message.build(null)));
      return json(200, payment);
    },
  }),
];

/** Koinal Checkout (§1): exact in its signing, a reading in everything on the wire. */
export const koinal: Provider<Merchant> = {
  title: "Koinal emulator",
  defaults: defaultCredentials,
  settings,
  operations: Object.keys(operations),
  webhookFaults: { wrong_secret: { about: "Signs the callback with another secret." } },
  tags: { payment_id: "paymentId", order_id: "orderId" },
  routes,
  newAccount: (credentials) => new Merchant(credentials),
  handle: (host, request) => {
    return request.path.startsWith("/pay/") ? { reply: handlePage(host, request) } : handleApi(host, request);
  },
  refuse: (status, message) => json(status, { data: null, code: "43", message, status: "DECLINED" }),
  signAgain: (merchant, delivery, url) => signedCallback(merchant, url, delivery.request?.body ?? ""),
  sections: (merchant) => [
    [
      "Newest payments",
      "Payment, Order, Amount, Status",
      newest(merchant.payments.values()).map(({ id, token, orderId, amount, currency, status }) => [
        { html: `<a href="/pay/${token}">${id}</a>` },
        orderId,
        `${amount} ${currency}`,
        status,
      ]),
    ],
  ],
};
