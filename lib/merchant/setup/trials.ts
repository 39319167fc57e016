import "server-only";
import type { Flow } from "@/lib/checkout/flow";
import { type Order, orderIdSchema } from "@/lib/orders/order";
import type { PaymentProvider } from "@/lib/provider/provider";

/** What the merchant tried on `/setup`, as leases that only lapse: they need no table of their own. */
type Memory = Pick<Flow, "store"> & { readonly clock: Pick<Flow["clock"], "now"> };

const REMEMBERED_MS = 400 * 24 * 60 * 60 * 1_000;
const webhookKey = (provider: string) => `setup-webhook:${provider}`;
const PAYMENT_KEY = "setup-payment";

const remember = ({ store, clock }: Memory, key: string, value: string) =>
  store.extend({ key, value, ttlMs: REMEMBERED_MS, now: clock.now() });

/** The address that a test webhook came back from last. */
export const lastTestWebhook = ({ store, clock }: Memory, provider: string) =>
  store.holder({ key: webhookKey(provider), now: clock.now() });

export async function lastTestPayment({ store, clock }: Memory): Promise<Order | null> {
  const value = await store.holder({ key: PAYMENT_KEY, now: clock.now() });
  const id = orderIdSchema.safeParse(value);
  return id.success ? store.get(id.data) : null;
}

export const rememberTestPayment = (memory: Memory, orderId: string) => remember(memory, PAYMENT_KEY, orderId);

/** Why a test webhook did not come back. */
export const TEST_WEBHOOK_PROBLEMS = {
  unreachable: "The test webhook could not be delivered: the webhook address cannot be reached.",
  refused: "The test webhook was refused. See webhook_refused in the log of the app at the webhook address.",
  redirected: "The webhook address redirects, and providers do not follow.",
  elsewhere: "The test webhook was accepted by another deployment, one with another order store.",
} as const;
export type TestWebhookProblem = keyof typeof TEST_WEBHOOK_PROBLEMS;

type Options = { readonly url: string; readonly timeoutMs: number };
type Sent = { readonly ok: true } | { readonly ok: false; readonly problem: TestWebhookProblem };

/**
 * Sends ourselves a webhook by way of the public address, signed as the provider would. That its nonce is then known in our
 * store shows that it passed every check there, in a process that has the same orders.
 */
export async function sendTestWebhook(
  memory: Memory,
  provider: Pick<PaymentProvider, "name"> & Required<Pick<PaymentProvider, "signTestWebhook">>,
  { url, timeoutMs }: Options,
): Promise<Sent> {
  const { headers, body, nonce } = await provider.signTestWebhook(new URL(url));
  let status: number;
  try {
    const signal = AbortSignal.timeout(timeoutMs);
    const response = await fetch(url, { method: "POST", headers, body, redirect: "manual", cache: "no-store", signal });
    await response.body?.cancel();
    status = response.status;
  } catch {
    return { ok: false, problem: "unreachable" };
  }
  if (status !== 200) return { ok: false, problem: status >= 300 && status < 400 ? "redirected" : "refused" };
  const { store, clock } = memory;
  const key = `nonce:${provider.name}:${nonce}`;
  if ((await store.holder({ key, now: clock.now() })) === null) return { ok: false, problem: "elsewhere" };
  await remember(memory, webhookKey(provider.name), url);
  return { ok: true };
}
