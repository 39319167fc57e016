import "server-only";
import type { Delivery } from "./channel";
import { expectSuccess, postJson } from "./post-json";
import type { DiscordSettings } from "./settings";

const SETTING = "NOTIFY_DISCORD_URL";
const MAX_LENGTH = 2_000;
const SUPPRESS_EMBEDS = 4;

export async function sendDiscord({ settings, notification, ...rest }: Delivery<DiscordSettings>): Promise<void> {
  const { title, facts, words } = notification;
  const lines = [`**${escaped(title)}**`, ...facts.map(escaped), ...words.map((line) => `> ${escaped(line)}`)];
  const body = JSON.stringify({
    content: truncated(lines.join("\n")),
    allowed_mentions: { parse: [] },
    flags: SUPPRESS_EMBEDS,
  });
  const posting = { ...rest, setting: SETTING, url: settings.url, body };
  expectSuccess(await postJson(posting), posting);
}

/** Discord's Markdown takes a backslash before any ASCII punctuation: no format, link or mention is left. */
const escaped = (text: string) => text.replace(/[!-/:-@[-`{-~]/g, "\\$&");

/** Without half a character or half an escape at its end. */
function truncated(text: string): string {
  if (text.length <= MAX_LENGTH) return text;
  return `${text.slice(0, MAX_LENGTH - 1).replace(/[\ud800-\udbff]$|\\+$/, "")}…`;
}
