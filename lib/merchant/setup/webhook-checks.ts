import "server-only";
import { lastDelivery } from "@/lib/checkout/last-delivery";
import type { Order, Payment } from "@/lib/orders/order";
import { type OrderStore, StoreUnavailableError } from "@/lib/orders/order-store";
import { STATUSES } from "@/lib/orders/status";
import type { PaymentProvider } from "@/lib/provider/provider";
import { webhookUrlOf } from "@/lib/settings";
import { type Check, failed, ok, unknown } from "./check";
import { lastTestPayment, lastTestWebhook, type TestWebhookProblem } from "./trials";

type Parts = {
  readonly store: OrderStore | null;
  readonly provider: PaymentProvider | null;
  readonly publicUrl: string;
  readonly isTrial: boolean;
  readonly clock: { readonly now: () => number };
};

/** What has come back so far: a webhook of our own, one of the provider's, a payment. */
export async function webhookChecks({ store, provider, publicUrl, isTrial, clock }: Parts): Promise<readonly Check[]> {
  const ids = ["webhook_test", "webhook_seen", "test_payment"] as const;
  const todo = "Start the app with the right settings, and look again.";
  if (store === null || provider === null) return ids.map((id) => unknown(id, "Nothing has come back yet.", todo));
  const { name, label } = provider;
  try {
    const memory = { store, clock };
    const [test, seen, payment, sale] = await Promise.all([
      lastTestWebhook(memory, name),
      lastDelivery(memory, name),
      lastTestPayment(memory),
      isTrial ? null : lastSale(store, name),
    ]);
    const isNew = test === null || test.url !== webhookUrlOf(publicUrl, name);
    const notSent =
      provider.signTestWebhook === undefined
        ? unknown("webhook_test", `${label} has no test webhook: the first payment shows whether they arrive.`)
        : unknown("webhook_test", "No test webhook was sent yet.", "Send one on /setup.");
    return [
      isNew ? notSent : testCheck(test.problem),
      seenCheck(seen, label),
      isTrial ? paymentCheck(payment) : saleCheck(sale, { seen, label }),
    ];
  } catch (error) {
    if (!(error instanceof StoreUnavailableError)) throw error;
    return ids.map((id) => unknown(id, "Not checked: the order store cannot be read."));
  }
}

const PROBLEMS: Readonly<Record<TestWebhookProblem, readonly [sentence: string, todo: string]>> = {
  unreachable: [
    "The test webhook could not be delivered: the webhook address cannot be reached from this server.",
    "Check PUBLIC_URL and the firewall, and send another.",
  ],
  refused: [
    "The test webhook was refused at the webhook address.",
    "Look for webhook_refused in the log there: it says why. Then send another.",
  ],
  redirected: [
    "The webhook address redirects, and providers do not follow.",
    "Set PUBLIC_URL to where it leads, and send another.",
  ],
  elsewhere: [
    "The test webhook arrived at a deployment that has another order store.",
    "Point PUBLIC_URL to this deployment, or give both the same store.",
  ],
};

function testCheck(problem: TestWebhookProblem | null): Check {
  if (problem !== null) return failed("webhook_test", ...PROBLEMS[problem]);
  return ok("webhook_test", "A test webhook went out, came back through the webhook address, and was verified.");
}

function seenCheck(at: number | null, label: string): Check {
  if (at !== null) return ok("webhook_seen", `${label}'s last webhook came at ${new Date(at).toISOString()}.`);
  const todo = `Register the webhook address at ${label}, make a payment, and see that ${label} has not paused delivery.`;
  return unknown("webhook_seen", `No webhook of ${label}'s has arrived yet.`, todo);
}

function paymentCheck(order: Order | null): Check {
  const id = "test_payment";
  if (order?.status === "paid") return ok(id, "The test payment was paid.");
  if (order === null) return unknown(id, "No test payment was made yet.", "Make one on /setup.");
  const todo = STATUSES[order.status].terminal ? "Make another on /setup." : "Pay it, and look again.";
  return unknown(id, `The test payment is ${order.status}.`, todo);
}

/** One page of the newest is enough: a payment through an earlier provider, or of its test store, may be among them. */
const SALES_READ = 20;

/** The newest payment with real money that was paid through this provider. */
async function lastSale(store: OrderStore, provider: string): Promise<Payment | null> {
  const { orders } = await store.list({ filter: "paid", cursor: null, limit: SALES_READ });
  const payments = orders.flatMap((order) => order.payments);
  return payments.find((each) => each.provider === provider && each.status === "paid" && !each.testStore) ?? null;
}

/** On a live store a real payment is the test. Older webhooks do not count: they may be those of its test store. */
function saleCheck(sale: Payment | null, { seen, label }: { seen: number | null; label: string }): Check {
  const id = "test_payment";
  if (sale === null) {
    const sentence = `These are the credentials of a live store at ${label}, where a payment costs money.`;
    return unknown(id, sentence, "Pay yourself a small amount, or try it with a test store first.");
  }
  if (seen !== null && seen >= sale.createdAt) {
    return ok(id, `A real payment was paid, and ${label} has sent a webhook since it was opened.`);
  }
  const sentence = `A real payment was paid, but no webhook of ${label}'s was noted since it was opened.`;
  return unknown(
    id,
    sentence,
    `See that the webhook address is registered at ${label} and that delivery is not paused.`,
  );
}
