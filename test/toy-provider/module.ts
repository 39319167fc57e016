import { createHmac } from "node:crypto";
import { formatAmount } from "@/lib/money/amount";
import { type PaymentId, paymentIdSchema } from "@/lib/orders/order";
import type { PaymentProvider, ProviderModule, WebhookContent } from "@/lib/provider/provider";
import { isLoopback, readSecret, readUrl } from "@/lib/settings";

/** A payment system that does not exist: what it takes to add one is this folder and a line in the registry. */
export const toy: ProviderModule = {
  name: "toy",
  label: "Toy Pay",
  secretNames: ["TOY_SECRET"],
  addressName: "TOY_URL",
  isPresent: (reader) => reader.isSet("TOY_SECRET"),
  load(reader) {
    const secret = readSecret(reader, "TOY_SECRET");
    const url = readUrl(reader, { name: "TOY_URL" });
    if (secret === null || url === null) return null;
    const create = () => createToyProvider(url.origin, secret);
    const checkoutSources = ["https://toy.example"];
    return { checkoutSources, isLocal: isLoopback(url.hostname), create };
  },
};

/** What it tells of a payment: `{"id", "state": "open" | "paid", "usdt": "5.00", "price": "5.00 USD", "order"}`. */
type Told = { id: PaymentId; state: string; usdt: string; price: string; order: string };

function createToyProvider(url: string, secret: string): PaymentProvider {
  const ask = async (path: string, init?: RequestInit) => (await fetch(`${url}${path}`, init)).json();
  const observe = ({ id, state, usdt, price, order }: Told) => {
    const [amount = "", currency = ""] = price.split(" ");
    const money = { price: { currency, amount }, coins: { coin: "USDT", amount: usdt } };
    const status = state === "paid" ? ("paid" as const) : ("pending" as const);
    const bare = { provider: toy.name, paymentId: id, status, providerStatus: state, orderReference: order };
    return { ...bare, money: status === "paid" ? money : null, transaction: { chain: "main" as const } };
  };
  return {
    name: toy.name,
    label: toy.label,
    testStore: false,
    async createPayment({ price, orderReference }) {
      const body = JSON.stringify({ price: `${formatAmount(price)} ${price.currency}`, order: orderReference });
      const { id, usdt } = await ask("/payments", { method: "POST", body });
      const quote = { coin: "USDT", amount: usdt, rate: null, accepted: ["USDT"] };
      const checkoutUrl = `https://toy.example/${id}`;
      return {
        ok: true,
        payment: { paymentId: paymentIdSchema.parse(id), checkoutUrl, payTo: null, expiresAt: null, quote },
      };
    },
    readPayment: async (paymentId) => ({ ok: true, observation: observe(await ask(`/payments/${paymentId}`)) }),
    async authenticateWebhook({ headers, body }) {
      const isSigned = headers.get("x-toy-signature") === createHmac("sha256", secret).update(body).digest("hex");
      return isSigned
        ? { ok: true, deliveryId: "toy", replay: null }
        : { ok: false, diagnosis: "not signed by Toy Pay" };
    },
    parseWebhook({ body }): WebhookContent {
      const told: Told = JSON.parse(new TextDecoder().decode(body));
      if (told.state === undefined) return { kind: "hint", paymentId: told.id, deliveryId: "toy" };
      return { kind: "event", observation: observe(told), deliveryId: "toy" };
    },
    diagnose: async () => [],
  };
}
