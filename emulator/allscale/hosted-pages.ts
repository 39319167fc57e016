import { formatUnits } from "../core/decimal";
import type { Host } from "../core/host";
import { html, type RawRequest, type Reply, seeOther } from "../core/http";
import { escapeHtml, messagePage, pageOf } from "../core/page";
import type { Store } from "./account";
import { changeStatus } from "./change-status";
import { type ClaimLink, moveClaimLink } from "./claim-links";
import { depositAddress, type Intent, unfunded } from "./intent";
import { CONFIRMED, CREATED, findStatus, PAYING, type StatusValue, statuses, statusOf } from "./statuses";

/** The pages for payers and receivers: plain HTML whose buttons are forms. GET shows one, POST is a button of it. */
export function handlePage(host: Host<Store>, request: RawRequest): Reply {
  const [, kind, token = "", button] = /^\/(checkout|claim)\/([^/]+)(\/status)?$/.exec(request.path) ?? [];
  const isAllowed = button === undefined ? ["GET", "HEAD"].includes(request.method) : request.method === "POST";
  for (const store of host.accounts.values()) {
    const intent = kind === "checkout" ? store.intentsByToken.get(token) : undefined;
    const link = kind === "claim" ? store.claimLinksByToken.get(token) : undefined;
    if (intent === undefined && link === undefined) continue;
    if (!isAllowed) return html(405, messagePage("Wrong method", "This page does not take that method."));
    if (link !== undefined) return button === undefined ? html(200, claimPage(link)) : claim(store, link);
    if (intent !== undefined)
      return button === undefined ? show(store, intent, request) : press(store, intent, request);
  }
  return html(404, messagePage("Not found", "There is nothing here. The API is under /v1/."));
}

function show(store: Store, intent: Intent, { method }: RawRequest): Reply {
  store.age(intent);
  // Only the first opening counts: a status that was set back to CREATED should stay visible.
  const isUntouched = intent.status === CREATED && intent.history.length === 1;
  if (method === "GET" && isUntouched) changeStatus(store, intent, { status: PAYING, by: "hosted page opened" });
  return html(200, checkoutPage(intent));
}

/** `action=pay` is the payer's button, which cannot change a payment that has ended; `status=N` is the tester's. */
function press(store: Store, intent: Intent, request: RawRequest): Reply {
  store.age(intent);
  const form = new URLSearchParams(request.body.toString("utf8"));
  const isPayer = form.get("action") === "pay";
  const status = isPayer ? CONFIRMED : findStatus(Number(form.get("status") ?? Number.NaN))?.value;
  if (status === undefined) return html(400, messagePage("Unknown status", "There is no such status."));
  if (!isPayer || !statusOf(intent.status).terminal) changeStatus(store, intent, { status, by: "hosted page" });
  const { redirectUrl } = intent.order;
  const returns = intent.status === CONFIRMED && redirectUrl !== null;
  // Only success sends the payer back (§5). The URL is encoded, as a header needs it.
  return seeOther(returns ? new URL(redirectUrl).href : request.path.replace(/\/status$/, ""));
}

const sentences: Readonly<Record<StatusValue, string>> = {
  1: "Waiting for your payment.",
  2: "Waiting for your payment.",
  3: "A deposit wallet was assigned. Waiting for your payment.",
  4: "Your payment is being reviewed.",
  5: "Your payment is on its way back to you.",
  10: "Your payment is being written to the chain.",
  20: "Thank you, this is paid.",
  [-1]: "The payment did not go through.",
  [-2]: "The payment was not accepted.",
  [-3]: "Less than the amount arrived.",
  [-4]: "This checkout was canceled.",
  [-5]: "The time for this checkout is over.",
};

function checkoutPage(intent: Intent): string {
  const { order, token, id } = intent;
  const { value, label, terminal } = statusOf(intent.status);
  const price = escapeHtml(priceText(intent));
  const tone = value === CONFIRMED ? "good" : terminal ? "bad" : value === 4 || value === 5 ? "odd" : "";
  const isWaiting = unfunded.has(value);
  const buttons = statuses.map(
    (each) =>
      `<button name="status" value="${each.value}" data-testid="status-${each.value}">${each.label} (${each.value})</button>`,
  );
  const body = `<div class="card">
<h1 data-testid="store-name">Emulated Store</h1>
${order.orderDescription ? `<p data-testid="order-description">${escapeHtml(order.orderDescription)}</p>` : ""}
<p class="amount" data-testid="fiat-amount">${price}</p>
<p class="soft"><span data-testid="coin-amount">${order.amountCoins}</span> ${order.coin.symbol}</p>
<dl>
${order.orderId ? `<dt>Order</dt><dd data-testid="order-id">${escapeHtml(order.orderId)}</dd>` : ""}
<dt>Payment</dt><dd>${id}</dd>
${isWaiting ? `<dt>Address</dt><dd data-testid="address">${depositAddress(id)}</dd>` : ""}
</dl>
<p class="state ${tone}" role="status"><strong data-testid="status" data-status="${value}">${label}.</strong>
${sentences[value]}</p>
${value === CONFIRMED && order.redirectUrl ? `<p><a href="${escapeHtml(order.redirectUrl)}" data-testid="return">Return to the store</a></p>` : ""}
<form method="post" action="${token}/status"${terminal ? " hidden" : ""}>
${terminal ? "" : `<button class="primary" name="action" value="pay" data-testid="pay">${isWaiting ? `Pay ${price}` : "Let it be confirmed"}</button>`}
</form>
</div>
<details open class="bench">
<summary>Emulator: put the payment into any status</summary>
<form method="post" action="${token}/status" class="grid">
${buttons.join("\n")}
</form>
</details>
<p class="small soft">This is the AllScale emulator. No money moves, and the address has no owner.</p>`;
  return pageOf({ title: "Pay Emulated Store", body, head: refresh(intent, terminal) });
}

/** The price as the payer knows it: sent in hundredths for every currency (§5), but yen have no decimals in use. */
export function priceText({ order }: Intent): string {
  const amount = formatUnits(BigInt(order.amountCents), 2);
  const symbol = order.currency?.symbol ?? order.coin.symbol;
  return `${symbol === "JPY" ? amount.replace(/\.00$/, "") : amount} ${symbol}`;
}

/** A scenario moves by itself, so the page follows it, and leaves as the real one does when it was paid. */
function refresh({ scenario, status, order }: Intent, isOver: boolean): string {
  if (scenario === null || (isOver && (status !== CONFIRMED || order.redirectUrl === null))) return "";
  const target = isOver ? `;url=${escapeHtml(order.redirectUrl ?? "")}` : "";
  return `<meta http-equiv="refresh" content="2${target}">`;
}

function isClaimable({ status }: ClaimLink): boolean {
  return status === "pending_deposit" || status === "claiming";
}

function claimPage(link: ClaimLink): string {
  const { terms, coinSymbol, status, token } = link;
  const body = `<div class="card"><h1>${escapeHtml(terms.sender_display_name ?? "A payment for you")}</h1>
<p class="amount">${terms.amount} ${coinSymbol}</p>
<p>${escapeHtml(terms.sender_message ?? "")}</p>
<p class="state" role="status"><strong data-testid="claim-status">${status}</strong></p>
${isClaimable(link) ? `<form method="post" action="${token}/status"><button class="primary" data-testid="claim">Claim</button></form>` : ""}
</div>
<p class="small soft">This is the AllScale emulator. No money moves.</p>`;
  return pageOf({ title: "Claim a payment", body });
}

function claim(store: Store, link: ClaimLink): Reply {
  if (isClaimable(link)) moveClaimLink(store, link, { event: "claimed", by: "claim page" });
  return seeOther(`/claim/${link.token}`);
}
