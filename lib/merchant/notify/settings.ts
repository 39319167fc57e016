import "server-only";
import { isLoopback, readFlag, readSecret, type SettingReader } from "@/lib/settings";

/** `off`: nothing of it is set. `wrong`: a problem names what is missing, and what should be sent waits. */
type Chosen<Settings> = Settings | "off" | "wrong";

export type NotifySettings = {
  readonly webhook: Chosen<WebhookSettings>;
  readonly discord: Chosen<DiscordSettings>;
  readonly telegram: Chosen<TelegramSettings>;
  readonly email: Chosen<EmailSettings>;
  /** Whether what payers wrote for the merchant alone is sent along. */
  readonly includesPrivate: boolean;
  /** Only where the provider runs on this machine as well: then this is a test. */
  readonly allowsLoopback: boolean;
  /** What the log must never show. */
  readonly secrets: readonly string[];
};

export type WebhookSettings = { readonly url: string; readonly secret: string };
export type DiscordSettings = { readonly url: string };
export type TelegramSettings = { readonly botToken: string; readonly chatId: string };
export type EmailSettings = {
  readonly to: readonly string[];
  readonly from: string;
  readonly server: {
    readonly host: string;
    readonly port: number;
    /** TLS from the first byte; otherwise STARTTLS, which is required except on this machine. */
    readonly tls: "implicit" | "starttls" | "optional";
    readonly login: { readonly user: string; readonly pass: string } | null;
  };
};

const GROUPS = {
  webhook: ["NOTIFY_WEBHOOK_URL", "NOTIFY_WEBHOOK_SECRET"],
  discord: ["NOTIFY_DISCORD_URL"],
  telegram: ["NOTIFY_TELEGRAM_BOT_TOKEN", "NOTIFY_TELEGRAM_CHAT_ID"],
  email: ["NOTIFY_EMAIL_TO", "NOTIFY_EMAIL_FROM", "SMTP_URL"],
} as const;

const SECRET_NAMES = [...GROUPS.webhook, ...GROUPS.discord, "NOTIFY_TELEGRAM_BOT_TOKEN", "SMTP_URL"];

const DISCORD_HOSTS = ["discord.com", "ptb.discord.com", "canary.discord.com", "discordapp.com"];
const MAX_RECIPIENTS = 10;
/** A shorter one would be found in half of all lines of the log. */
const MIN_REDACTED = 6;

export function readNotifySettings(
  reader: SettingReader,
  { allowsLoopback }: { allowsLoopback: boolean },
): NotifySettings {
  const choose = <Settings>(names: readonly string[], read: () => Settings | null): Chosen<Settings> => {
    const [first] = names.filter((name) => reader.isSet(name));
    if (first === undefined) return "off";
    const missing = names.filter((name) => !reader.isSet(name));
    for (const name of missing) reader.refuse(name, `is not set, although ${first} is`);
    return missing.length > 0 ? "wrong" : (read() ?? "wrong");
  };
  const webhook = choose(GROUPS.webhook, () => readWebhook(reader, allowsLoopback));
  const discord = choose(GROUPS.discord, () => readDiscord(reader, allowsLoopback));
  const telegram = choose(GROUPS.telegram, () => readTelegram(reader));
  const email = choose(GROUPS.email, () => readEmail(reader, allowsLoopback));
  const secrets = SECRET_NAMES.map((name) => reader.get(name) ?? "");
  // As it is sent, not only as it is written in the URL.
  if (typeof email === "object") secrets.push(email.server.login?.pass ?? "");
  return {
    webhook,
    discord,
    telegram,
    email,
    includesPrivate: readFlag(reader, "NOTIFY_PRIVATE") ?? false,
    allowsLoopback,
    secrets: secrets.filter((secret) => secret.length >= MIN_REDACTED),
  };
}

/** The URL may hold a token in its query, so unlike other addresses it is never repeated. */
function readTarget(reader: SettingReader, name: string, allowsLoopback: boolean): URL | null {
  const value = reader.get(name) ?? "";
  if (!URL.canParse(value)) return reader.refuse(name, "is not an absolute URL");
  const url = new URL(value);
  const isLocal = allowsLoopback && isLoopback(url.hostname);
  if (url.protocol !== "https:" && !(isLocal && url.protocol === "http:")) {
    return reader.refuse(name, "must start with https://");
  }
  if (isLoopback(url.hostname) && !isLocal)
    return reader.refuse(name, "names this machine; notifications go to others");
  if (url.username !== "" || url.password !== "")
    return reader.refuse(name, "must not contain a user name or password");
  url.hash = "";
  return url;
}

function readWebhook(reader: SettingReader, allowsLoopback: boolean): WebhookSettings | null {
  const url = readTarget(reader, "NOTIFY_WEBHOOK_URL", allowsLoopback);
  const name = "NOTIFY_WEBHOOK_SECRET";
  const secret = readSecret(reader, name);
  if (secret === null || url === null) return null;
  const [, base64 = ""] = /^whsec_([A-Za-z0-9+/]+={0,2})$/.exec(secret) ?? [];
  const bytes = Buffer.from(base64, "base64");
  if (bytes.length >= 24 && bytes.length <= 64 && bytes.toString("base64") === base64) return { url: url.href, secret };
  return reader.refuse(
    name,
    'must be "whsec_" and 24 to 64 random bytes in base64: echo whsec_$(openssl rand -base64 32)',
  );
}

function readDiscord(reader: SettingReader, allowsLoopback: boolean): DiscordSettings | null {
  const name = "NOTIFY_DISCORD_URL";
  const url = readTarget(reader, name, allowsLoopback);
  if (url === null) return null;
  const isDiscord = DISCORD_HOSTS.includes(url.hostname) && url.port === "";
  const isWebhook = /^\/api(\/v\d+)?\/webhooks\/\d+\/[\w-]+$/.test(url.pathname);
  if ((isDiscord || isLoopback(url.hostname)) && isWebhook) return { url: url.href };
  return reader.refuse(name, "must be the URL of a Discord webhook: https://discord.com/api/webhooks/…");
}

function readTelegram(reader: SettingReader): TelegramSettings | null {
  const botToken = readSecret(reader, "NOTIFY_TELEGRAM_BOT_TOKEN");
  const chatId = reader.get("NOTIFY_TELEGRAM_CHAT_ID") ?? "";
  const isToken = botToken !== null && /^\d{3,20}:[\w-]{20,100}$/.test(botToken);
  if (botToken !== null && !isToken) {
    reader.refuse("NOTIFY_TELEGRAM_BOT_TOKEN", "is not a bot's token, such as 123456789:AA…, from @BotFather");
  }
  if (!/^(-?\d{1,20}|@\w{4,40})$/.test(chatId)) {
    return reader.refuse(
      "NOTIFY_TELEGRAM_CHAT_ID",
      "must be a number, such as -1001234567890, or @ and a channel's name",
    );
  }
  return isToken ? { botToken, chatId } : null;
}

function readEmail(reader: SettingReader, allowsLoopback: boolean): EmailSettings | null {
  const to = (reader.get("NOTIFY_EMAIL_TO") ?? "").split(",").map((address) => address.trim());
  const from = reader.get("NOTIFY_EMAIL_FROM") ?? "";
  const server = readServer(reader, allowsLoopback);
  const isRight = to.every(isEmailAddress) && to.length <= MAX_RECIPIENTS;
  if (!isRight)
    reader.refuse("NOTIFY_EMAIL_TO", `must be up to ${MAX_RECIPIENTS} e-mail addresses, separated by commas`);
  if (!isEmailAddress(from)) return reader.refuse("NOTIFY_EMAIL_FROM", "must be one e-mail address, without a name");
  return isRight && server !== null ? { to: [...new Set(to)], from, server } : null;
}

/** Narrower than the standard: no quotes, spaces or anything else that could end a header. */
const isEmailAddress = (text: string) => /^[\w.!#$%&'*+/=?^`{|}~-]{1,64}@[A-Za-z0-9-]+(\.[A-Za-z0-9-]+)*$/.test(text);

function readServer(reader: SettingReader, allowsLoopback: boolean): EmailSettings["server"] | null {
  const name = "SMTP_URL";
  const value = reader.get(name) ?? "";
  const like = "such as smtps://user:password@mail.example.com or smtp://user:password@mail.example.com:587";
  if (!URL.canParse(value)) return reader.refuse(name, `is not an absolute URL, ${like}`);
  const url = new URL(value);
  const isImplicit = url.protocol === "smtps:";
  if (!isImplicit && url.protocol !== "smtp:")
    return reader.refuse(name, `must start with smtps:// or smtp://, ${like}`);
  const host = url.hostname.replace(/^\[|\]$/g, "").toLowerCase();
  if (host === "") return reader.refuse(name, `names no server, ${like}`);
  const hasMore = url.search !== "" || url.hash !== "" || !["", "/"].includes(url.pathname);
  if (hasMore) return reader.refuse(name, "must not have a path, query or fragment; write / as %2F in a password");
  const [user, pass] = [decoded(url.username), decoded(url.password)];
  if (user === null || pass === null) return reader.refuse(name, "has a % that begins no escape; write it as %25");
  if ((user === "") !== (pass === "")) return reader.refuse(name, "has a user name without a password, or the reverse");
  const isLocal = isLoopback(url.hostname.toLowerCase());
  if (isLocal && !allowsLoopback) return reader.refuse(name, "names this machine; use your mail provider's server");
  return {
    host,
    port: url.port === "" ? (isImplicit ? 465 : 587) : Number(url.port),
    tls: isImplicit ? "implicit" : isLocal ? "optional" : "starttls",
    login: user === "" ? null : { user, pass },
  };
}

function decoded(text: string): string | null {
  try {
    return decodeURIComponent(text);
  } catch {
    return null;
  }
}
