import { renderSVG } from "uqr";
import { formatUnits } from "../core/decimal";
import { escapeHtml, pageOf } from "../core/page";
import { depositAddress, type Intent, unfunded } from "./intent";
import { chains } from "./money";
import { payableCoins, payerActions } from "./payer-actions";
import { CONFIRMED, type Status, statuses, statusOf } from "./statuses";

const storeName = "Emulated Store";

/** The hosted page of one intent: plain HTML whose buttons are forms, so that it works without JavaScript. */
export function checkoutPage(intent: Intent): string {
  const { order } = intent;
  const status = statusOf(intent.status);
  const body = `<div class="card">
<h1 data-testid="store-name">${storeName}</h1>
${order.orderDescription ? `<p data-testid="order-description">${escapeHtml(order.orderDescription)}</p>` : ""}
<p class="amount" data-testid="fiat-amount">${escapeHtml(priceText(intent))}</p>
<p class="soft"><span data-testid="coin-amount">${escapeHtml(order.amountCoins)}</span> ${escapeHtml(order.coin.symbol)}</p>
<dl>
${order.orderId ? `<dt>Order</dt><dd data-testid="order-id">${escapeHtml(order.orderId)}</dd>` : ""}
<dt>Payment</dt><dd>${escapeHtml(intent.id)}</dd>
</dl>
<p class="state ${toneOf(status)}" role="status"><strong data-testid="status" data-status="${status.value}">${status.label}.</strong>
${sentenceFor(status)}</p>
${returnLink(intent)}
${status.terminal ? "" : paymentForm(intent)}
</div>
${statusButtons(intent)}
<p class="small soft">This is the AllScale emulator. No money moves, and the address has no owner.</p>`;
  return pageOf({ title: `Pay ${storeName}`, body, head: refresh(intent, status) });
}

/** The price as the payer knows it. It is sent in hundredths for every currency (§5), but yen have no decimals in use. */
export function priceText({ order }: Intent): string {
  const amount = formatUnits(BigInt(order.amountCents), 2);
  const symbol = order.currency?.symbol ?? order.coin.symbol;
  return `${symbol === "JPY" ? amount.replace(/\.00$/, "") : amount} ${symbol}`;
}

/** A scenario moves by itself, so the page follows it, and leaves as the real one does when it was paid. */
function refresh(intent: Intent, status: Status): string {
  if (intent.scenario === null) return "";
  if (!status.terminal) return '<meta http-equiv="refresh" content="2">';
  const { redirectUrl } = intent.order;
  if (status.value !== CONFIRMED || redirectUrl === null) return "";
  return `<meta http-equiv="refresh" content="2;url=${escapeHtml(redirectUrl)}">`;
}

function sentenceFor({ value }: Status): string {
  switch (value) {
    case 1:
    case 2:
      return "Waiting for your payment.";
    case 3:
      return "A deposit wallet was assigned. Waiting for your payment.";
    case 4:
      return "Your payment is being reviewed.";
    case 5:
      return "Your payment is on its way back to you.";
    case 10:
      return "Your payment is being written to the chain.";
    case 20:
      return "Thank you, this is paid.";
    case -1:
      return "The payment did not go through.";
    case -2:
      return "The payment was not accepted.";
    case -3:
      return "Less than the amount arrived.";
    case -4:
      return "This checkout was canceled.";
    case -5:
      return "The time for this checkout is over.";
  }
}

function toneOf({ value, terminal }: Status): string {
  if (value === CONFIRMED) return "good";
  if (terminal) return "bad";
  return value === 4 || value === 5 ? "odd" : "";
}

function returnLink(intent: Intent): string {
  const { redirectUrl } = intent.order;
  if (intent.status !== CONFIRMED || redirectUrl === null) return "";
  return `<p><a href="${escapeHtml(redirectUrl)}" data-testid="return">Return to the store</a></p>`;
}

/** The form works in any status that is not an end, so that a held payment can still be confirmed. */
function paymentForm(intent: Intent): string {
  const isWaiting = unfunded.has(intent.status);
  const [pay, , ...others] = payerActions;
  return `${isWaiting ? `<div class="qr">${qrCode(intent)}</div>` : ""}
${isWaiting ? `<p class="address" data-testid="address">${escapeHtml(depositAddress(intent.id))}</p>` : ""}
<form method="post" action="${intent.token}/status">
${isWaiting ? chainAndCoin(intent) : ""}
<button class="primary" name="action" value="${pay.name}" data-testid="pay">${
    isWaiting ? `Pay ${escapeHtml(priceText(intent))}` : "Let it be confirmed"
  }</button>
<div class="grid">
${others.map(({ name, label }) => `<button name="action" value="${name}" data-testid="${name}">${label}</button>`).join("\n")}
</div>
</form>
${isWaiting ? payLessForm(intent) : ""}`;
}

function chainAndCoin(intent: Intent): string {
  const options = (entries: readonly { value: number; text: string }[]): string =>
    entries.map(({ value, text }) => `<option value="${value}">${escapeHtml(text)}</option>`).join("");
  const coins = payableCoins(intent).map(({ value, symbol }) => ({ value, text: symbol }));
  return `<div class="pair">
<div><label for="chain">Chain</label>
<select id="chain" name="chain_id" data-testid="chain">${options(chains.map(({ id, name }) => ({ value: id, text: name })))}</select></div>
<div><label for="coin">Coin</label>
<select id="coin" name="coin" data-testid="coin">${options(coins)}</select></div>
</div>`;
}

function payLessForm(intent: Intent): string {
  const [, payLess] = payerActions;
  return `<form method="post" action="${intent.token}/status">
<label for="received">Amount that arrives when less is paid, in ${escapeHtml(intent.order.coin.symbol)}</label>
<div class="pair">
<input id="received" name="received" inputmode="decimal" autocomplete="off" placeholder="three fifths" data-testid="received">
<button name="action" value="${payLess.name}" data-testid="${payLess.name}">${payLess.label}</button>
</div>
</form>`;
}

/**
 * A QR code that looks like a wallet's and is of no use to one: a wallet that understood it could be made to send real
 * money to a made-up address.
 */
function qrCode(intent: Intent): string {
  const text = `allscale-emulator:${depositAddress(intent.id)}?amount=${intent.order.amountCoins}`;
  return renderSVG(text, { border: 2 }).replace("<svg ", '<svg role="img" aria-label="QR code of the address" ');
}

/** One button for every status of §6, for testers. */
function statusButtons(intent: Intent): string {
  const buttons = statuses.map(
    ({ value, label }) =>
      `<button name="status" value="${value}" data-testid="status-${value}">${label} (${value})</button>`,
  );
  return `<details open class="bench">
<summary>Emulator: put the payment into any status</summary>
<form method="post" action="${intent.token}/status" class="grid">
${buttons.join("\n")}
</form>
</details>`;
}
