import type { RawRequest } from "../http/raw-request";
import { html, type Reply, seeOther } from "../http/reply";
import { CONFIRMED, CREATED, PAYING, statusOf } from "../protocol/statuses";
import type { Account } from "../state/account";
import type { EmulatorState } from "../state/emulator-state";
import type { Intent } from "../state/intent";
import { changeStatus, paidInto } from "../webhooks/change-status";
import { checkoutPage } from "./checkout-page";
import { readChoice } from "./payer-actions";

const notFoundPage = "<!doctype html><title>Not found</title><p>There is no such checkout.";

/** The hosted page (§5): GET shows it, POST is one of its buttons. */
export function handleCheckout(state: EmulatorState, request: RawRequest): Reply {
  const match = /^\/(?:pay\/)?checkout\/([^/]+)(\/status)?$/.exec(request.path);
  const found = match?.[1] === undefined ? undefined : state.intentByToken(match[1]);
  if (match === null || found === undefined) return html(404, notFoundPage);
  const { account, intent } = found;
  const isButton = match[2] !== undefined;
  if (isButton && request.method === "POST") return pressButton(account, intent, request);
  if (!isButton && (request.method === "GET" || request.method === "HEAD")) return showPage(account, intent, request);
  return html(405, "<!doctype html><title>Wrong method</title><p>This page does not take that method.");
}

function showPage(account: Account, intent: Intent, request: RawRequest): Reply {
  // Only the first opening counts: somebody who sets the status back to CREATED wants to see it stay.
  const isUntouched = intent.status === CREATED && intent.history.length === 1;
  const isOpened = request.method === "GET" && isUntouched && account.settings.viewMarksPaying;
  if (isOpened) changeStatus(account, intent, { status: PAYING, by: "hosted page opened" });
  return html(200, checkoutPage(account, intent));
}

function pressButton(account: Account, intent: Intent, request: RawRequest): Reply {
  const form = new URLSearchParams(request.body.toString("utf8"));
  // A second press, or a page of before: a payer can do nothing to a payment that has ended.
  if (form.has("action") && statusOf(intent.status).terminal) return seeOther(afterwards(account, intent, request));
  const choice = readChoice(intent, form);
  if (choice === null) return html(400, "<!doctype html><title>Unknown status</title><p>There is no such status.");
  if (choice === "bad_amount") {
    const due = `${intent.order.amountCoins} ${intent.order.coin.symbol}`;
    return html(400, `<!doctype html><title>Amount</title><p>Write an amount above 0 and below ${due}, such as 1.5.`);
  }
  const { status, facts } = choice;
  const hasFacts = Object.keys(facts).length > 0 && paidInto.has(status);
  changeStatus(account, intent, { status, by: "hosted page", ...(hasFacts ? { facts } : {}) });
  return seeOther(afterwards(account, intent, request));
}

/** Only success sends the payer back to the store (§5). */
function afterwards(account: Account, intent: Intent, request: RawRequest): string {
  const { redirectUrl } = intent.order;
  const always = !account.enforces("redirect_only_after_success");
  const returns = always || intent.status === CONFIRMED || (intent.status < 0 && account.settings.redirectOnCancel);
  return returns && redirectUrl !== null ? redirectUrl : request.path.replace(/\/status$/, "");
}
