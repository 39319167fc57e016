import { formatUnits } from "../protocol/decimal";
import { CONFIRMED, statuses, statusOf } from "../protocol/statuses";
import type { Account } from "../state/account";
import type { Intent } from "../state/intent";
import { escapeHtml } from "./escape-html";
import { pageStyle } from "./page-style";

/** The hosted page of one intent: plain HTML whose buttons are forms, so that it works without JavaScript. */
export function checkoutPage(account: Account, intent: Intent): string {
  const { storeName } = account.settings;
  const status = statusOf(intent.status);
  return `<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="robots" content="noindex">
<link rel="icon" href="data:,">
<title>Pay ${escapeHtml(storeName)}</title>
<style>${pageStyle}</style>
</head>
<body>
<main>
<div class="card">
<h1 data-testid="store-name">${escapeHtml(storeName)}</h1>
${intent.order.orderDescription ? `<p data-testid="order-description">${escapeHtml(intent.order.orderDescription)}</p>` : ""}
<p class="amount" data-testid="fiat-amount">${escapeHtml(priceText(intent))}</p>
<p class="soft"><span data-testid="coin-amount">${escapeHtml(intent.order.amountCoins)}</span> ${escapeHtml(intent.order.coin.symbol)}</p>
<dl>
${intent.order.orderId ? `<dt>Order</dt><dd data-testid="order-id">${escapeHtml(intent.order.orderId)}</dd>` : ""}
<dt>Payment</dt><dd>${escapeHtml(intent.id)}</dd>
</dl>
<p class="state" role="status">Status: <strong data-testid="status" data-status="${status.value}">${status.label}</strong></p>
${returnLink(intent)}
<form method="post" action="${intent.token}/status">
<button class="primary" name="status" value="20" data-testid="pay">Pay ${escapeHtml(priceText(intent))}</button>
</form>
${statusButtons(intent)}
</div>
<p class="small soft">This is the AllScale emulator on this computer. No money moves.</p>
</main>
</body>
</html>
`;
}

/** The price as the payer knows it; hundredths for every currency, the yen included (§5). */
export function priceText({ order }: Intent): string {
  return `${formatUnits(BigInt(order.amountCents), 2)} ${order.currency?.symbol ?? order.coin.symbol}`;
}

function returnLink(intent: Intent): string {
  const { redirectUrl } = intent.order;
  if (intent.status !== CONFIRMED || redirectUrl === null) return "";
  return `<p><a href="${escapeHtml(redirectUrl)}" data-testid="return">Return to the store</a></p>`;
}

/** One button for every status of §6. */
function statusButtons(intent: Intent): string {
  const buttons = statuses.map(
    ({ value, label }) =>
      `<button name="status" value="${value}" data-testid="status-${value}">${label} (${value})</button>`,
  );
  return `<details open>
<summary>Every status</summary>
<form method="post" action="${intent.token}/status" class="grid">
${buttons.join("\n")}
</form>
</details>`;
}
