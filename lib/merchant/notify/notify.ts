import "server-only";
import { randomUUID } from "node:crypto";
import { assertNever } from "@/lib/assert-never";
import type { Effect } from "@/lib/checkout/flow";
import type { Delivery } from "./channel";
import { DeliveryFailure, failed } from "./failure";
import { type MessageContext, notificationOf, testNotification } from "./message";
import type { NotifySettings } from "./settings";

/** Below the time after which an effect counts as hanging. */
const SEND_TIMEOUT_MS = 10_000;

export const CHANNELS = ["webhook", "discord", "telegram", "email"] as const;
/** Those that are set up, rightly or not. */
export const activeChannels = (settings: NotifySettings) => CHANNELS.filter((channel) => settings[channel] !== "off");

type ChannelName = (typeof CHANNELS)[number];

export type NotifyContext = MessageContext & {
  /** For tests with a server of their own. */
  readonly telegramApi?: string;
  readonly trustedCa?: string;
  readonly timeoutMs?: number;
};

/**
 * One effect for each channel, so that one that is down does not hold up the others. A channel that is switched off
 * wants no events, and ends what an earlier deployment left for it. One whose settings are wrong is waited for.
 */
export function notifyEffects(settings: NotifySettings, context: NotifyContext): Effect[] {
  const { includesPrivate } = settings;
  return CHANNELS.map((channel) => ({
    name: `notify_${channel}`,
    events: settings[channel] === "off" ? [] : ["paid", "attention", "refund"],
    async run(cause, { signal }) {
      if (settings[channel] === "off") return { skipped: "This channel is switched off." };
      const notification = notificationOf(cause, { ...context, includesPrivate });
      await send(channel, settings, { ...deliveryParts(settings, context), notification, signal });
      return undefined;
    },
  }));
}

export type NotificationTest = { readonly channel: ChannelName } & (
  | { readonly ok: true }
  /** Safe to show: it names settings and no values. */
  | { readonly ok: false; readonly sentence: string }
);

/** Sends a test through every channel that is set up, side by side. */
export function sendTestNotifications(settings: NotifySettings, context: NotifyContext): Promise<NotificationTest[]> {
  const notification = testNotification(context, { id: `test-${randomUUID()}`, now: Date.now() });
  const parts = { ...deliveryParts(settings, context), notification, signal: new AbortController().signal };
  return Promise.all(
    activeChannels(settings).map(async (channel): Promise<NotificationTest> => {
      try {
        await send(channel, settings, parts);
        return { channel, ok: true };
      } catch (error) {
        const sentence = error instanceof DeliveryFailure ? error.message : "It failed for an unknown reason.";
        return { channel, ok: false, sentence };
      }
    }),
  );
}

type Parts = Omit<Delivery<unknown>, "settings">;

function deliveryParts({ allowsLoopback }: NotifySettings, context: NotifyContext) {
  const { siteName, telegramApi = "https://api.telegram.org", trustedCa, timeoutMs = SEND_TIMEOUT_MS } = context;
  return { siteName, allowsLoopback, timeoutMs, telegramApi, trustedCa };
}

/** Loads a channel when there is something to send: most routes never do. */
async function send(channel: ChannelName, settings: NotifySettings, parts: Parts): Promise<void> {
  switch (channel) {
    case "webhook":
      return (await import("./webhook")).sendWebhook({
        ...parts,
        settings: chosen(settings.webhook, "NOTIFY_WEBHOOK_*"),
      });
    case "discord":
      return (await import("./discord")).sendDiscord({
        ...parts,
        settings: chosen(settings.discord, "NOTIFY_DISCORD_URL"),
      });
    case "telegram":
      return (await import("./telegram")).sendTelegram({
        ...parts,
        settings: chosen(settings.telegram, "NOTIFY_TELEGRAM_*"),
      });
    case "email":
      // Mail servers take their time before they accept.
      return (await import("./email")).sendEmail({
        ...parts,
        timeoutMs: 2 * parts.timeoutMs,
        settings: chosen(settings.email, "NOTIFY_EMAIL_*, SMTP_URL"),
      });
    default:
      return assertNever(channel);
  }
}

function chosen<Settings extends object>(settings: Settings | "off" | "wrong", names: string): Settings {
  if (typeof settings === "object") return settings;
  throw failed(names, "the settings are not right");
}
