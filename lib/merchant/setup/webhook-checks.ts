import "server-only";
import { lastDelivery } from "@/lib/checkout/webhook-seen";
import { type OrderStore, StoreUnavailableError } from "@/lib/orders/order-store";
import { STATUSES } from "@/lib/orders/status";
import type { PaymentProvider } from "@/lib/provider/provider";
import { webhookUrlOf } from "./address-checks";
import { type Check, ok, unknown } from "./check";
import { lastTestPayment, lastTestWebhook } from "./trials";

type Parts = {
  readonly store: OrderStore | null;
  readonly provider: PaymentProvider | null;
  readonly publicUrl: string;
  readonly isLocal: boolean;
  readonly clock: { readonly now: () => number };
};

/** What has come back so far: a webhook of our own, one of the provider's, a payment. */
export async function webhookChecks({ store, provider, publicUrl, isLocal, clock }: Parts): Promise<readonly Check[]> {
  const ids = ["webhook_test", "webhook_seen", "test_payment"] as const;
  if (store === null || provider === null) {
    return ids.map((id) =>
      unknown(id, "Nothing has come back yet.", "Start the app with the right settings, and look again."),
    );
  }
  try {
    const found = { store, clock };
    const [test, seen, payment] = await Promise.all([
      lastTestWebhook(found, provider.name),
      lastDelivery(found, provider.name),
      lastTestPayment(found),
    ]);
    return [
      test === webhookUrlOf(publicUrl, provider.name)
        ? ok("webhook_test", "A test webhook went out to the webhook address and came back to this store.")
        : unknown("webhook_test", "No test webhook was sent to this address yet.", "Send one on /setup."),
      seenCheck(seen, provider.label),
      paymentCheck(payment, { isTrial: isLocal || provider.testStore, label: provider.label }),
    ];
  } catch (error) {
    if (!(error instanceof StoreUnavailableError)) throw error;
    return ids.map((id) => unknown(id, "Not checked: the order store cannot be read."));
  }
}

function seenCheck(at: number | null, label: string): Check {
  if (at !== null) return ok("webhook_seen", `${label}'s last webhook came at ${new Date(at).toISOString()}.`);
  const todo = `Register the webhook address at ${label}, make a payment, and see that ${label} has not paused delivery.`;
  return unknown("webhook_seen", `No webhook of ${label}'s has arrived yet.`, todo);
}

type Payment = Awaited<ReturnType<typeof lastTestPayment>>;

function paymentCheck(order: Payment, { isTrial, label }: { isTrial: boolean; label: string }): Check {
  const id = "test_payment";
  if (order?.status === "paid") return ok(id, "The test payment was paid.");
  if (!isTrial) {
    const sentence = `The credentials are of a live store of ${label}'s, where a payment costs money.`;
    return unknown(id, sentence, "Pay yourself a small amount, or try it with a test store first.");
  }
  if (order === null) return unknown(id, "No test payment was made yet.", "Make one on /setup.");
  const todo = STATUSES[order.status].terminal ? "Make another on /setup." : "Pay it, and look again.";
  return unknown(id, `The test payment is ${order.status}.`, todo);
}
