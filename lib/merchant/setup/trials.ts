import "server-only";
import { z } from "zod";
import type { Flow, Shop } from "@/lib/checkout/flow";
import { REMEMBERED_MS } from "@/lib/checkout/last-delivery";
import { readOrder } from "@/lib/checkout/read";
import { type StartResult, startPayment } from "@/lib/checkout/start";
import type { Settings } from "@/lib/env";
import { CHANNELS, type NotificationTest } from "@/lib/merchant/notify/notify";
import { formatAmount } from "@/lib/money/amount";
import { type Order, orderIdSchema } from "@/lib/orders/order";
import type { PaymentProvider } from "@/lib/provider/provider";
import { smallestPayment } from "./price-checks";

/** What came of what the merchant tried on `/setup`, in leases: they need no table of their own, and lapse. */
type Memory = Pick<Flow, "store"> & { readonly clock: Pick<Flow["clock"], "now"> };

const PAYMENT = "setup-payment";
const NOTIFICATIONS = "setup-notifications";
const webhookOf = (provider: string) => `setup-webhook:${provider}`;

const remember = ({ store, clock }: Memory, key: string, value: unknown) =>
  store.overwrite({ key, value: JSON.stringify(value), ttlMs: REMEMBERED_MS, now: clock.now() });

/** Null where there is nothing, or what an earlier version left. */
async function recall<Schema extends z.ZodType>(
  { store, clock }: Memory,
  key: string,
  schema: Schema,
): Promise<z.output<Schema> | null> {
  const text = await store.leaseValue({ key, now: clock.now() });
  try {
    return text === null ? null : (schema.safeParse(JSON.parse(text)).data ?? null);
  } catch {
    return null;
  }
}

const WEBHOOK_PROBLEMS = ["unreachable", "refused", "redirected", "elsewhere"] as const;
export type TestWebhookProblem = (typeof WEBHOOK_PROBLEMS)[number];
/** `problem` is null when it came back. */
const webhookTrialSchema = z.object({ url: z.string(), problem: z.enum(WEBHOOK_PROBLEMS).nullable() });

export const lastTestWebhook = (memory: Memory, provider: string) =>
  recall(memory, webhookOf(provider), webhookTrialSchema);

type TestSender = Pick<PaymentProvider, "name"> & Required<Pick<PaymentProvider, "signTestWebhook">>;
type Sending = { readonly url: string; readonly timeoutMs: number };

/** Sends a webhook to our own public address, signed as the provider would sign it, and remembers the outcome. */
export async function sendTestWebhook(memory: Memory, provider: TestSender, sending: Sending): Promise<void> {
  const problem = await deliver(memory, provider, sending);
  await remember(memory, webhookOf(provider.name), { url: sending.url, problem });
}

async function deliver(memory: Memory, provider: TestSender, { url, timeoutMs }: Sending) {
  const { headers, body, nonce } = await provider.signTestWebhook(new URL(url));
  let status: number;
  try {
    const signal = AbortSignal.timeout(timeoutMs);
    const response = await fetch(url, { method: "POST", headers, body, redirect: "manual", cache: "no-store", signal });
    await response.body?.cancel();
    status = response.status;
  } catch {
    return "unreachable";
  }
  if (status >= 300 && status < 400) return "redirected";
  if (status !== 200) return "refused";
  // That its nonce is known in our store shows that it passed every check, in a process that has the same orders.
  const key = `nonce:${provider.name}:${nonce}`;
  const isHere = (await memory.store.leaseValue({ key, now: memory.clock.now() })) !== null;
  return isHere ? null : "elsewhere";
}

const notificationSchema = z.union([
  z.object({ channel: z.enum(CHANNELS), ok: z.literal(true) }),
  z.object({ channel: z.enum(CHANNELS), ok: z.literal(false), sentence: z.string() }),
]);

export const lastTestNotifications = (memory: Memory): Promise<NotificationTest[] | null> =>
  recall(memory, NOTIFICATIONS, z.array(notificationSchema));

export const rememberTestNotifications = (memory: Memory, tests: readonly NotificationTest[]) =>
  remember(memory, NOTIFICATIONS, tests);

export async function lastTestPayment(memory: Memory): Promise<Order | null> {
  const id = await recall(memory, PAYMENT, orderIdSchema);
  return id === null ? null : memory.store.get(id);
}

/** Asks the provider about a test payment that is still open, as its own page would. */
export async function followTestPayment(flow: Flow): Promise<void> {
  const order = await lastTestPayment(flow);
  if (order !== null && order.status !== "paid") await readOrder(flow, order.id, { mayAsk: true });
}

/** Whether a payment costs nothing. */
export const isTrial = (opener: Settings["opener"], provider: Pick<PaymentProvider, "testStore"> | null) =>
  opener?.isLocal === true || provider?.testStore === true;

const UNLIMITED = async () => ({ ok: true }) as const;

/** Opens the smallest payment that the shop takes. */
export async function startTestPayment(flow: Flow, shop: Shop): Promise<StartResult> {
  const { price, item } = smallestPayment(shop.pricing);
  const message = "Test payment of the setup page";
  const fields = { amount: formatAmount(price), item, name: undefined, message, anonymous: true };
  const limit = { take: UNLIMITED, takeRepeat: UNLIMITED, recentRefusal: () => null };
  const started = await startPayment(flow, shop, { fields, idempotencyKey: null, limit });
  if (started.ok) await remember(flow, PAYMENT, started.order.id);
  return started;
}
