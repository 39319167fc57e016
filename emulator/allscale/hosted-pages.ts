import type { Host } from "../core/host";
import { html, type RawRequest, type Reply, seeOther } from "../core/http";
import { escapeHtml, messagePage, pageOf } from "../core/page";
import type { Store } from "./account";
import { changeStatus } from "./change-status";
import { checkoutPage } from "./checkout-page";
import { type ClaimLink, moveClaimLink } from "./claim-links";
import { funded, type Intent } from "./intent";
import { readChoice } from "./payer-actions";
import { CONFIRMED, CREATED, PAYING, statusOf } from "./statuses";

/** The pages for payers and receivers. GET shows one, POST is one of its buttons. */
export function handlePage(host: Host<Store>, request: RawRequest): Reply {
  const [, kind, token = "", button] = /^\/(checkout|claim)\/([^/]+)(\/status)?$/.exec(request.path) ?? [];
  const isButton = button !== undefined;
  const isAllowed = isButton ? request.method === "POST" : request.method === "GET" || request.method === "HEAD";
  for (const store of host.accounts.values()) {
    const intent = kind === "checkout" ? store.age(store.intentsByToken.get(token)) : undefined;
    const link = kind === "claim" ? [...store.claimLinks.values()].find((each) => each.token === token) : undefined;
    if (intent === undefined && link === undefined) continue;
    if (!isAllowed) return html(405, messagePage("Wrong method", "This page does not take that method."));
    if (link !== undefined) return isButton ? claim(store, link) : html(200, claimPage(link));
    if (intent !== undefined) return isButton ? press(store, intent, request) : show(store, intent, request);
  }
  return html(404, messagePage("Not found", "There is nothing here. The API is under /v1/."));
}

function show(store: Store, intent: Intent, request: RawRequest): Reply {
  // Only the first opening counts: a status that was set back to CREATED should stay visible.
  const isUntouched = intent.status === CREATED && intent.history.length === 1;
  if (request.method === "GET" && isUntouched)
    changeStatus(store, intent, { status: PAYING, by: "hosted page opened" });
  return html(200, checkoutPage(intent));
}

function press(store: Store, intent: Intent, request: RawRequest): Reply {
  const form = new URLSearchParams(request.body.toString("utf8"));
  // A second press, or a stale page: a payer cannot change a payment that has ended.
  if (form.has("action") && statusOf(intent.status).terminal) return seeOther(afterwards(intent, request));
  const choice = readChoice(intent, form);
  if (choice === null) return html(400, messagePage("Unknown status", "There is no such status."));
  if (choice === "bad_amount") {
    const due = `${intent.order.amountCoins} ${intent.order.coin.symbol}`;
    return html(400, messagePage("Amount", `Enter an amount above 0 and below ${due}, such as 1.5.`));
  }
  const { status, facts } = choice;
  const hasFacts = Object.keys(facts).length > 0 && funded.has(status);
  changeStatus(store, intent, { status, by: "hosted page", ...(hasFacts && { facts }) });
  return seeOther(afterwards(intent, request));
}

/** Only success sends the payer back to the store (§5). The URL is encoded, as a header needs it. */
function afterwards({ status, order }: Intent, request: RawRequest): string {
  if (status !== CONFIRMED || order.redirectUrl === null) return request.path.replace(/\/status$/, "");
  return new URL(order.redirectUrl).href;
}

function claimPage({ terms, coinSymbol, status, token }: ClaimLink): string {
  const button = `<form method="post" action="${token}/status"><button class="primary" data-testid="claim">Claim</button></form>`;
  const body = `<div class="card"><h1>${escapeHtml(terms.sender_display_name ?? "A payment for you")}</h1>
<p class="amount">${escapeHtml(`${terms.amount} ${coinSymbol}`)}</p>
<p>${escapeHtml(terms.sender_message ?? "")}</p>
<p class="state" role="status"><strong data-testid="claim-status">${status}</strong></p>
${status === "pending_deposit" || status === "claiming" ? button : ""}</div>
<p class="small soft">This is the AllScale emulator. No money moves.</p>`;
  return pageOf({ title: "Claim a payment", body });
}

function claim(store: Store, link: ClaimLink): Reply {
  const isOpen = link.status === "pending_deposit" || link.status === "claiming";
  if (isOpen) moveClaimLink(store, link, { event: "claimed", by: "claim page" });
  return seeOther(`/claim/${link.token}`);
}
