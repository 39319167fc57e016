import "server-only";
import type { Settings } from "@/lib/env";
import { activeChannels } from "@/lib/merchant/notify/notify";
import { type OrderStore, StoreUnavailableError } from "@/lib/orders/order-store";
import { type Check, failed, ok, warning } from "./check";
import { lastTestNotifications } from "./trials";

const LABELS = { webhook: "webhook", discord: "Discord", telegram: "Telegram", email: "e-mail" } as const;
const list = new Intl.ListFormat("en");

/** Where the merchant hears of payments, and what came of the last test. Sends nothing. */
export async function notificationCheck({ notify, opener }: Settings, store: OrderStore | null): Promise<Check> {
  const id = "notifications";
  const channels = activeChannels(notify);
  if (channels.length === 0) {
    const sentence = "No notifications are set up: you see payments when you look.";
    if (opener?.isLocal === true) return ok(id, `${sentence} That is enough for a trial.`);
    return warning(id, sentence, "Set NOTIFY_DISCORD_URL, or another channel of the README's settings.");
  }
  const tests = store === null ? null : await recallTests(store);
  const current = tests?.filter(({ channel }) => channels.includes(channel)) ?? [];
  const sentences = current.flatMap((test) => (test.ok ? [] : [test.sentence]));
  if (sentences.length > 0) return failed(id, sentences.join(" "), "Correct it, and send another test on /setup.");
  const names = list.format(channels.map((channel) => LABELS[channel]));
  const isTested = current.length === channels.length;
  const tested = isTested ? "A test went out to all of them." : "No test was sent yet; /setup sends one.";
  return ok(id, `Payments are reported by ${names}. ${tested}`);
}

async function recallTests(store: OrderStore) {
  try {
    return await lastTestNotifications({ store, clock: { now: Date.now } });
  } catch (error) {
    if (error instanceof StoreUnavailableError) return null;
    throw error;
  }
}
