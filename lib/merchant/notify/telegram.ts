import "server-only";
import { z } from "zod";
import type { Delivery } from "./channel";
import { failed } from "./failure";
import { expectSuccess, postJson } from "./post-json";
import type { TelegramSettings } from "./settings";

const SETTING = "NOTIFY_TELEGRAM_BOT_TOKEN";
const MAX_LENGTH = 4_000;

const refusalSchema = z.object({ description: z.string().regex(/^[\w :,.'-]{1,120}$/) });

/**
 * As plain text. What the payer wrote is marked as code besides, because Telegram otherwise turns names and addresses
 * in it into mentions and links by itself.
 */
export async function sendTelegram(delivery: Delivery<TelegramSettings>): Promise<void> {
  const { settings, notification, telegramApi, ...rest } = delivery;
  const { title, facts, words } = notification;
  const head = [title, ...facts].join("\n");
  const written = words
    .join("\n")
    .slice(0, Math.max(0, MAX_LENGTH - head.length))
    .toWellFormed();
  const code = { type: "code", offset: head.length + 1, length: written.length };
  const body = JSON.stringify({
    chat_id: settings.chatId,
    text: written === "" ? head : `${head}\n${written}`,
    entities: written === "" ? [] : [code],
    link_preview_options: { is_disabled: true },
  });
  const posting = { ...rest, setting: SETTING, url: `${telegramApi}/bot${settings.botToken}/sendMessage`, body };
  const answer = await postJson(posting);
  const refusal = answer.status >= 400 ? refusalSchema.safeParse(parseJson(answer.body)).data : undefined;
  if (refusal) throw failed("NOTIFY_TELEGRAM_*", `Telegram answered "${refusal.description}" (${answer.status})`);
  expectSuccess(answer, posting);
}

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return null;
  }
}
