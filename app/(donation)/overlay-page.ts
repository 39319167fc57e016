import { shortMoney } from "@/components/money-text";
import { formatAmount } from "@/lib/money/amount";
import { isPaidInTestStore, type Order } from "@/lib/orders/order";
import { escapeText } from "@/lib/web/markup";
import type { Words } from "@/messages/words";
import { htmlPage } from "./html-page";
import { shownName } from "./supporters";
import { donationWords } from "./words";

const EVERY_MS = 4_000;
const SHOWN_MS = 20_000;

/** Looks again for good, also after the server was away, which a page that reloads itself would not. Nothing moves and nothing sounds. */
const SCRIPT = `setInterval(async () => {
  const answer = await fetch(location.href).catch(() => null);
  if (!answer?.ok) return;
  const next = new DOMParser().parseFromString(await answer.text(), "text/html").querySelector("p");
  const line = document.querySelector("p");
  if (next && next.innerHTML !== line.innerHTML) line.innerHTML = next.innerHTML;
}, ${EVERY_MS});`;

/** The newest payment, for as long as it is news, to lay over the picture of a stream. Pure. */
export function overlayPage(options: {
  words: Words;
  accent: string;
  nonce: string;
  orders: readonly Order[];
  testStore: boolean;
  now: number;
}): string {
  const { words, accent, nonce, orders, testStore, now } = options;
  const [newest] = orders
    .filter((order) => isPaidInTestStore(order) === testStore)
    .map((order) => ({ order, paidAt: Math.max(...order.payments.map(({ paidAt }) => paidAt ?? 0)) }))
    .filter(({ paidAt }) => now - paidAt < SHOWN_MS)
    .sort((a, b) => b.paidAt - a.paidAt);
  return htmlPage({
    language: words.language,
    title: "Overlay",
    accent,
    body: `<body class="overlay">
<main><p role="status">${newest ? lineOf(newest.order, words) : ""}</p></main>
<script nonce="${escapeText(nonce)}">${SCRIPT}</script>`,
  });
}

function lineOf(order: Order, { language }: Words): string {
  const name = shownName(order) ?? donationWords(language).anonymous;
  const { currency } = order.price;
  return `<bdi>${escapeText(name)}</bdi> <b>${escapeText(shortMoney(formatAmount(order.price), { currency, language }))}</b>`;
}
