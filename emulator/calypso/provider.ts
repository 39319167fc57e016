import { randomUUID } from "node:crypto";
import { foundOr404, type Route, route } from "../core/control-route";
import { sendForged } from "../core/deliveries";
import { choice, decimal, flag } from "../core/fields";
import type { Host } from "../core/host";
import { html, json, type RawRequest, type Reply, seeOther } from "../core/http";
import { escapeHtml, messagePage, newest, pageOf } from "../core/page";
import type { Provider } from "../core/provider";
import { coinsFor, handleApi, newInvoice, operations } from "./api";
import {
  forged,
  type Invoice,
  Merchant,
  moveTo,
  settings,
  signedWebhook,
  states,
  type Widget,
  webhook,
} from "./merchant";

/** The public and the secret key of the first account. */
const defaultCredentials = { apiKey: "calypso_emulator_key", apiSecret: "calypso_emulator_secret" };

/** The hosted widget (§2.4): the payer picks a coin, which makes an invoice, and pays it. */
function handleWidget(host: Host<Merchant>, request: RawRequest): Reply {
  const key = new URLSearchParams(request.query).get("widgetKey") ?? "";
  for (const merchant of host.accounts.values()) {
    const widget = merchant.widgets.get(key);
    if (widget === undefined) continue;
    if (request.method !== "POST") return html(200, widgetPage(widget));
    const form = new URLSearchParams(request.body.toString("utf8"));
    const picked = widget.currencies.find((each) => each === form.get("coin"));
    if (picked !== undefined) {
      widget.invoices.push(newInvoice(merchant, { ...widget, idempotencyKey: randomUUID() }, picked));
    }
    const open = widget.invoices.at(-1);
    if (form.has("pay") && open?.state === "PENDING_PAYMENT") moveTo(merchant, open, { state: "PAID" });
    return seeOther(form.has("pay") && widget.returnUrl !== null ? widget.returnUrl : `/pay?widgetKey=${key}`);
  }
  return html(404, messagePage("Not found", "There is no such widget."));
}

function widgetPage({ fiatAmount, fiatCurrency, currencies, invoices, description }: Widget): string {
  const invoice = invoices.at(-1);
  const coins = currencies.map(
    (coin) => `<button name="coin" value="${escapeHtml(coin)}">${escapeHtml(coin)}</button>`,
  );
  const open = invoice?.state === "PENDING_PAYMENT";
  const pay = open ? '<button class="primary" name="pay" value="yes" data-testid="pay">Pay</button>' : coins.join("\n");
  const asked = invoice && `<p>${invoice.amount} ${escapeHtml(invoice.currency)} to ${invoice.address}</p>`;
  const body = `<h1>${escapeHtml(description)}</h1>
<p class="amount" data-testid="fiat-amount">${escapeHtml(`${fiatAmount} ${fiatCurrency}`)}</p>
${asked ?? "<p>Pick a coin.</p>"}
<p role="status"><strong data-testid="status">${invoice?.state ?? "IN_PROGRESS"}</strong></p>
${invoice !== undefined && !open ? "" : `<form method="post" class="grid">${pay}</form>`}
<p>This is the Calypso Pay emulator. No money moves.</p>`;
  return pageOf({ title: "Pay", body });
}

function find(merchant: Merchant, id = ""): Invoice {
  const found = merchant.invoices.get(id) ?? merchant.widgets.get(id)?.invoices.at(-1);
  if (found !== undefined) return found;
  // A payer who has not picked a coin yet picks the first one.
  const widget = foundOr404(merchant.widgets.get(id), "payment");
  const [currency = ""] = widget.currencies;
  const invoice = newInvoice(merchant, { ...widget, idempotencyKey: randomUUID() }, currency);
  widget.invoices.push(invoice);
  return invoice;
}

const view = (invoice: Invoice) => ({ ...invoice, orderId: invoice.externalId?.split(".")[0] ?? null });

const routes: readonly Route<Merchant>[] = [
  route("GET /_emulator/payments", "The invoices of the account, newest first.", {
    query: { order_id: "Only those whose externalId begins with this." },
    handle: ({ account, query }) => {
      const orderId = query.get("order_id");
      const all = [...account.invoices.values()].map(view).reverse();
      const payments = all.filter((each) => orderId === null || each.orderId === orderId);
      return json(200, { total: payments.length, payments });
    },
  }),
  route("POST /_emulator/payments/{id}/status", "Moves an invoice to any state, and sends the event of it.", {
    body: {
      status: choice("The new state.", states),
      amount: decimal("What arrived, in coins."),
      fiat_amount: decimal("The price that the event names instead of the invoice's."),
      intervention: choice("Why a person has to look.", ["OVERPAY", "UNDERPAY"]),
      webhook: flag("False sends no webhook."),
    },
    required: ["status"],
    handle: ({ account, params }, { status: state, amount, fiat_amount: fiatAmount, intervention, webhook = true }) => {
      const invoice = find(account, params.id);
      moveTo(account, invoice, { state, amount, fiatAmount, intervention, sendsWebhook: webhook });
      return json(200, view(invoice));
    },
  }),
  route("POST /_emulator/payments/{id}/requote", "Works out the coins again by the rate of the settings.", {
    handle: ({ account, params }) => {
      const invoice = find(account, params.id);
      invoice.amount = coinsFor(account, invoice.fiatAmount);
      return json(200, view(invoice));
    },
  }),
  route("POST /_emulator/payments/{id}/expire", "Lets the time to pay run out.", {
    handle: ({ account, params }) => {
      const invoice = find(account, params.id);
      invoice.expiresAtMs = Date.now() - 1_000;
      return json(200, view(invoice));
    },
  }),
  route("POST /_emulator/payments/{id}/forge", "Sends an event of payment with a signature of another secret.", {
    handle: ({ account, params }) => {
      const invoice = find(account, params.id);
      const message = webhook(account, invoice, { eventType: "INVOICE_PAID" });
      sendForged(account, message, () => forged(message.build(null)));
      return json(200, view(invoice));
    },
  }),
];

/** Calypso Pay (§2): invoices, the payment widget, and events. */
export const calypso: Provider<Merchant> = {
  title: "Calypso Pay emulator",
  defaults: defaultCredentials,
  settings,
  operations: Object.keys(operations),
  webhookFaults: { wrong_secret: { about: "Signs the event with another secret." } },
  tags: { payment_id: "paymentId", external_id: "externalId" },
  routes,
  newAccount: (credentials) => new Merchant(credentials),
  handle: (host, request) =>
    request.path === "/pay" ? { reply: handleWidget(host, request) } : handleApi(host, request),
  refuse: (status, message) => json(status, { errorCode: "001", message }),
  signAgain: (merchant, delivery, url) => signedWebhook(merchant, url, delivery.request?.body ?? ""),
  sections: ({ invoices }) => [
    [
      "Newest invoices",
      "Invoice, Order, Amount, State",
      newest(invoices.values()).map(({ id, externalId, fiatAmount, fiatCurrency, state }) => [
        id,
        externalId ?? "",
        `${fiatAmount} ${fiatCurrency}`,
        state,
      ]),
    ],
  ],
};
