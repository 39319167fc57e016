import type { IncomingHttpHeaders } from "node:http";
import type { AddressInfo } from "node:net";
import { buffer, text } from "node:stream/consumers";
import { SMTPServer, type SMTPServerOptions } from "smtp-server";
import { startHttpServer } from "./http-server";

export const WEBHOOK_SECRET = "whsec_bm90aWZpY2F0aW9uLXRlc3Qtc2VjcmV0LTMyLWJ5dGU=";
export const BOT_TOKEN = "123456789:AAsecret-token-of-the-bot-in-tests";
export const DISCORD_PATH = "/api/webhooks/1234567890/discord-token_in-tests";

type Post = { readonly path: string; readonly headers: IncomingHttpHeaders; readonly body: string };

/** A server that takes what is posted to it. */
async function openHttpSink() {
  const posts: Post[] = [];
  const sink = {
    posts,
    /** Closes every connection without an answer. */
    isDown: false,
    answer: { status: 200, headers: {} as Record<string, string>, body: '{"ok":true}' },
  };
  const server = await startHttpServer(async (request, response) => {
    if (sink.isDown) return void request.socket.destroy();
    // A process that is killed while it sends leaves a body without an end.
    const body = await text(request).catch(() => null);
    if (body === null) return;
    posts.push({ path: request.url ?? "", headers: request.headers, body });
    response.writeHead(sink.answer.status, sink.answer.headers).end(sink.answer.body);
  });
  return Object.assign(sink, server);
}

export type Mail = {
  readonly from: string;
  readonly to: readonly string[];
  readonly raw: string;
  readonly secure: boolean;
};

/** A real SMTP server. Without options it takes mail from everyone and offers no TLS. */
export async function openMailSink(options: SMTPServerOptions = { disabledCommands: ["STARTTLS", "AUTH"] }) {
  const mails: Mail[] = [];
  const sink = { mails, port: 0, isDown: false, close: async () => {} };
  const server = new SMTPServer({
    logger: false,
    authOptional: true,
    onConnect: (_session, callback) => callback(sink.isDown ? new Error("out of order") : null),
    onData(stream, session, callback) {
      buffer(stream).then((mail) => {
        const { mailFrom, rcptTo } = session.envelope;
        const from = mailFrom ? mailFrom.address : "";
        const to = rcptTo.map(({ address }) => address);
        mails.push({ from, to, raw: mail.toString("latin1"), secure: session.secure === true });
        callback();
      }, callback);
    },
    ...options,
  });
  server.on("error", () => {});
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  sink.port = (server.server.address() as AddressInfo).port;
  sink.close = () => new Promise((resolve) => server.close(() => resolve()));
  return sink;
}

export const headersOf = ({ raw }: Mail) => raw.slice(0, raw.indexOf("\r\n\r\n"));
export const textOf = ({ raw }: Mail) =>
  Buffer.from(raw.slice(raw.indexOf("\r\n\r\n")).replace(/\s/g, ""), "base64").toString("utf8");

/** One sink for each channel, and the settings that point there. */
export async function openSinks() {
  const [webhook, discord, telegram, email] = await Promise.all([
    openHttpSink(),
    openHttpSink(),
    openHttpSink(),
    openMailSink(),
  ]);
  const env = {
    NOTIFY_WEBHOOK_URL: `${webhook.url}/hook?token=query-token-in-tests`,
    NOTIFY_WEBHOOK_SECRET: WEBHOOK_SECRET,
    NOTIFY_DISCORD_URL: `${discord.url}${DISCORD_PATH}`,
    NOTIFY_TELEGRAM_BOT_TOKEN: BOT_TOKEN,
    NOTIFY_TELEGRAM_CHAT_ID: "-1001234567890",
    NOTIFY_EMAIL_TO: "shop@merchant.example, books@merchant.example",
    NOTIFY_EMAIL_FROM: "tips@merchant.example",
    SMTP_URL: `smtp://127.0.0.1:${email.port}`,
  };
  const all = [webhook, discord, telegram, email];
  return {
    webhook,
    discord,
    telegram,
    email,
    env,
    /** How many messages each channel got. */
    counts: () => [webhook.posts, discord.posts, telegram.posts, email.mails].map(({ length }) => length),
    setDown: (isDown: boolean) => {
      for (const sink of all) sink.isDown = isDown;
    },
    close: async () => {
      await Promise.all(all.map((sink) => sink.close()));
    },
  };
}
