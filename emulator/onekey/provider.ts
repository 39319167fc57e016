import { foundOr404, type Route, route } from "../core/control-route";
import { postOf, sendForged } from "../core/deliveries";
import { choice, decimal, flag, text } from "../core/fields";
import type { Host } from "../core/host";
import { html, json, jsonText, type RawRequest, type Reply, seeOther } from "../core/http";
import { escapeHtml, messagePage, newest, pageOf } from "../core/page";
import type { Provider } from "../core/provider";
import { handleApi, refusalBody } from "./api";
import { cashoutRoutes, handleCashouts, isCashoutCall } from "./cashouts";
import { type Deposit, Merchant, moveTo, notification, settings } from "./merchant";
import { cashoutOperations, operations, statuses } from "./wire";

/** The login and the secret of the first account. */
const defaultCredentials = { apiKey: "onekey_emulator_login", apiSecret: "onekey_emulator_secret" };

/** Statuses in which the payer can still pay on the page. */
const payable: readonly string[] = ["CREATED", "INITIATED", "PENDING"];

/** The payment page: GET shows it, POST is one of its buttons. */
function handlePage(host: Host<Merchant>, request: RawRequest): Reply {
  const token = /^\/pay\/([0-9a-f]{32})$/.exec(request.path)?.[1];
  for (const merchant of host.accounts.values()) {
    const deposit = [...merchant.deposits.values()].find((each) => each.token === token);
    if (deposit === undefined) continue;
    if (request.method === "POST" && payable.includes(deposit.status)) {
      const isCanceled = request.body.toString("utf8") === "action=cancel";
      moveTo(merchant, deposit, isCanceled ? "CANCELLED" : "COMPLETED");
      return seeOther(request.path);
    }
    if (deposit.status === "CREATED") deposit.status = "INITIATED";
    return request.method === "POST" ? seeOther(request.path) : html(200, payPage(deposit));
  }
  return html(404, messagePage("Not found", "There is nothing here."));
}

function payPage({ amount, currency, country, status, backUrl }: Deposit): string {
  const buttons = `<form method="post">
<button class="primary" name="action" value="pay" data-testid="pay">Pay</button>
<button name="action" value="cancel" data-testid="cancel">Cancel</button></form>`;
  const back = backUrl === null ? "" : `<p><a href="${escapeHtml(backUrl)}">Back to the shop</a></p>`;
  const body = `<h1>Pay by a local method</h1>
<p class="amount" data-testid="fiat-amount">${escapeHtml(`${amount} ${currency}`)}</p>
<p>Country: ${escapeHtml(country)}</p>
<p role="status"><strong data-testid="status" data-status="${status}">${status}</strong></p>
${payable.includes(status) ? buttons : ""}
${back}
<p>This is the OneKey emulator. No money moves.</p>`;
  return pageOf({ title: "Pay", body });
}

function find(merchant: Merchant, id = ""): Deposit {
  return foundOr404(merchant.deposits.get(id), "payment");
}

const routes: readonly Route<Merchant>[] = [
  route("GET /_emulator/payments", "The deposits of the account, newest first.", {
    query: { order_id: "Only those whose invoice id begins so." },
    handle: ({ account, query }) => {
      const orderId = query.get("order_id") ?? "";
      const payments = [...account.deposits.values()].filter(({ invoiceId }) => invoiceId.startsWith(orderId));
      return json(200, { total: payments.length, payments: payments.reverse() });
    },
  }),
  route("POST /_emulator/payments/{id}/status", "Moves a deposit, and sends the notification.", {
    body: {
      status: choice("The new status.", statuses),
      amount: decimal("What was paid instead of the price."),
      currency: text("The currency that the status names instead."),
      refunded: flag("Whether the status says that it was refunded."),
      webhook: flag("False sends no notification."),
    },
    required: ["status"],
    handle: ({ account, params }, { status, amount, currency, refunded, webhook = true }) => {
      const deposit = find(account, params.id);
      deposit.amount = amount ?? deposit.amount;
      deposit.currency = currency ?? deposit.currency;
      deposit.refunded = refunded ?? deposit.refunded;
      moveTo(account, deposit, status, { sendsWebhook: webhook });
      return json(200, deposit);
    },
  }),
  route("POST /_emulator/payments/{id}/forge", "Sends what a stranger could: the id, and a status that is not true.", {
    handle: ({ account, params }) => {
      const deposit = find(account, params.id);
      const { url, tags } = notification(account, deposit);
      const body = `{"deposit_id": ${deposit.id}, "status": "COMPLETED"}`;
      sendForged(account, { tags }, () => postOf(url ?? "", body));
      return json(200, deposit);
    },
  }),
  ...cashoutRoutes,
];

/** OneKey deposits (§3.4) and cashouts (§3.2): exact in signing, create, status, changes and notifications. */
export const onekey: Provider<Merchant> = {
  title: "OneKey emulator",
  defaults: defaultCredentials,
  settings,
  operations: [...Object.keys(operations), ...Object.keys(cashoutOperations)],
  apiFaults: { unlisted_address: { about: "Refuses the caller's address." } },
  webhookFaults: { unknown_id: { about: "Names a deposit that is not known." } },
  tags: { payment_id: "paymentId", order_id: "orderId" },
  routes,
  newAccount: (credentials) => new Merchant(credentials),
  handle: (host, request) => {
    if (request.path.startsWith("/pay/")) return { reply: handlePage(host, request) };
    return isCashoutCall(request) ? handleCashouts(host, request) : handleApi(host, request);
  },
  refuse: (status, description) => jsonText(status, refusalBody("POST", 201, { type: "INVALID", description })),
  signAgain: (_merchant, { request }, url) => ({ ...postOf(url, request?.body ?? ""), ...request, url }),
  sections: (merchant) => [
    [
      "Newest deposits",
      "Deposit, Invoice, Amount, Status",
      newest(merchant.deposits.values()).map(({ id, token, invoiceId, amount, currency, status }) => [
        { html: `<a href="/pay/${token}">${id}</a>` },
        invoiceId,
        `${amount} ${currency}`,
        status,
      ]),
    ],
    [
      "Newest cashouts",
      "Cashout, External id, Amount, Status",
      newest(merchant.cashouts.values()).map(({ id, externalId, amount, currency, status }) => [
        id,
        externalId,
        `${amount} ${currency}`,
        status,
      ]),
    ],
  ],
};
