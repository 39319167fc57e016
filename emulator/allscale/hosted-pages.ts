import { formatUnits } from "../core/decimal";
import type { Host } from "../core/host";
import { html, type RawRequest, type Reply, seeOther } from "../core/http";
import { escapeHtml, messagePage, pageOf } from "../core/page";
import type { Store } from "./account";
import { changeStatus } from "./change-status";
import { type ClaimLink, moveClaimLink } from "./claim-links";
import { depositAddress, type Intent, unfunded } from "./intent";
import { CONFIRMED, CREATED, findStatus, PAYING, type Status, statuses, statusOf } from "./statuses";

/** The pages for payers and receivers: plain HTML whose buttons are forms. GET shows one, POST is a button of it. */
export function handlePage(host: Host<Store>, request: RawRequest): Reply {
  const [, kind, token = "", button] = /^\/(checkout|claim)\/([^/]+)(\/status)?$/.exec(request.path) ?? [];
  const isAllowed = button === undefined ? ["GET", "HEAD"].includes(request.method) : request.method === "POST";
  const ofToken = <T extends { token: string }>(all: ReadonlyMap<string, T>) =>
    [...all.values()].find((each) => each.token === token);
  for (const store of host.accounts.values()) {
    const intent = kind === "checkout" ? ofToken(store.intents) : undefined;
    const link = kind === "claim" ? ofToken(store.claimLinks) : undefined;
    if (intent === undefined && link === undefined) continue;
    if (!isAllowed) return html(405, messagePage("Wrong method", "This page does not take that method."));
    if (link) return button === undefined ? html(200, claimPage(link)) : claim(store, link);
    if (intent) return button === undefined ? show(store, intent, request) : press(store, intent, request);
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

const noMoney = "<p>This is the AllScale emulator. No money moves, and no address has an owner.</p>";

function checkoutPage(intent: Intent): string {
  const { order, token, id } = intent;
  const { value, label, terminal } = statusOf(intent.status);
  const price = escapeHtml(priceText(intent));
  const isWaiting = unfunded.has(value);
  const line = (name: string, text: string | null) =>
    text ? `<p>${name} <span data-testid="${name.toLowerCase()}">${escapeHtml(text)}</span></p>` : "";
  const form = (buttons: string) => `<form method="post" action="${token}/status" class="grid">${buttons}</form>`;
  const pay = `<button class="primary" name="action" value="pay" data-testid="pay">${isWaiting ? `Pay ${price}` : "Let it be confirmed"}</button>`;
  const toStatus = ({ value, label }: Status) =>
    `<button name="status" value="${value}" data-testid="status-${value}">${label} (${value})</button>`;
  const returns = value === CONFIRMED && order.redirectUrl !== null;
  const body = `<h1 data-testid="store-name">Emulated Store</h1>
<p data-testid="order-description">${escapeHtml(order.orderDescription ?? "")}</p>
<p class="amount" data-testid="fiat-amount">${price}</p>
<p><span data-testid="coin-amount">${order.amountCoins}</span> ${order.coin.symbol}</p>
${line("Order", order.orderId)}
${line("Payment", id)}
${isWaiting ? line("Address", depositAddress(id)) : ""}
<p role="status"><strong data-testid="status" data-status="${value}">${label}.</strong>
${isWaiting ? "Waiting for your payment." : ""}</p>
${returns ? `<p><a href="${escapeHtml(order.redirectUrl)}" data-testid="return">Return to the store</a></p>` : ""}
${terminal ? "" : form(pay)}
<details open>
<summary>Emulator: put the payment into any status</summary>
${form(statuses.map(toStatus).join("\n"))}
</details>
${noMoney}`;
  return pageOf({ title: "Pay Emulated Store", body, head: refresh(intent, terminal) });
}

/** The price as the payer knows it: sent in hundredths for every currency (§5), but yen have no decimals in use. */
export function priceText({ order }: Intent): string {
  const amount = formatUnits(BigInt(order.amountCents), 2);
  const symbol = order.currency?.symbol ?? order.coin.symbol;
  return `${symbol === "JPY" ? amount.replace(/\.00$/, "") : amount} ${symbol}`;
}

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
  const button = '<button class="primary" data-testid="claim">Claim</button>';
  const body = `<h1>${escapeHtml(terms.sender_display_name ?? "A payment for you")}</h1>
<p class="amount">${terms.amount} ${coinSymbol}</p>
<p>${escapeHtml(terms.sender_message ?? "")}</p>
<p role="status"><strong data-testid="claim-status">${status}</strong></p>
${isClaimable(link) ? `<form method="post" action="${token}/status">${button}</form>` : ""}
${noMoney}`;
  return pageOf({ title: "Claim a payment", body });
}

function claim(store: Store, link: ClaimLink): Reply {
  if (isClaimable(link)) moveClaimLink(store, link, { event: "claimed", by: "claim page" });
  return seeOther(`/claim/${link.token}`);
}
