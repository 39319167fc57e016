import "server-only";
import { connect, isIP, type Socket } from "node:net";
import { createTransport } from "nodemailer";
import type { Delivery } from "./channel";
import { beforeDeadline } from "./deadline";
import { codeOf, failed, networkFailure } from "./failure";
import { inert } from "./message";
import type { EmailSettings } from "./settings";
import { guardedLookup } from "./target";

const SETTING = "SMTP_URL";

const SENTENCES: Readonly<Record<string, string>> = {
  EAUTH: "the mail server refused the user name or password",
  EENVELOPE: "the mail server refused NOTIFY_EMAIL_FROM or NOTIFY_EMAIL_TO",
  EMESSAGE: "the mail server refused the message",
  ETLS: "the mail server offers no valid TLS",
};

/**
 * As text. The connection is our own, to an address that was checked, and is cut when the time is over. TLS verifies
 * the server by the name in the setting.
 */
export function sendEmail(delivery: Delivery<EmailSettings>): Promise<void> {
  return beforeDeadline(delivery, (timeOver) => send(delivery, timeOver));
}

async function send(delivery: Delivery<EmailSettings>, timeOver: AbortSignal): Promise<void> {
  const { settings, timeoutMs, trustedCa } = delivery;
  const { host, port, tls, login } = settings.server;
  let socket: Socket | undefined;
  const cut = () => socket?.destroy();
  timeOver.addEventListener("abort", cut);
  try {
    socket = await connected(delivery, timeOver);
    const transport = createTransport({
      connection: socket,
      host,
      port,
      secure: tls === "implicit",
      requireTLS: tls === "starttls",
      tls: { ...(isIP(host) === 0 && { servername: host }), ...(trustedCa !== undefined && { ca: trustedCa }) },
      ...(login !== null && { auth: login }),
      greetingTimeout: timeoutMs,
      socketTimeout: timeoutMs,
      disableFileAccess: true,
      disableUrlAccess: true,
    });
    await transport.sendMail(mailOf(delivery));
  } catch (error) {
    if (timeOver.aborted) throw failed(SETTING, "the mail server did not answer in time");
    const sentence = SENTENCES[codeOf(error)];
    throw sentence === undefined ? networkFailure(SETTING, error) : failed(SETTING, sentence);
  } finally {
    timeOver.removeEventListener("abort", cut);
    cut();
  }
}

function connected({ settings, allowsLoopback }: Delivery<EmailSettings>, timeOver: AbortSignal): Promise<Socket> {
  const { host, port } = settings.server;
  const lookup = guardedLookup(host, { setting: SETTING, allowsLoopback });
  return new Promise((done, fail) => {
    const socket = connect({ host, port, lookup });
    const stop = () => socket.destroy(new Error("aborted"));
    timeOver.addEventListener("abort", stop);
    socket.on("error", fail);
    socket.once("close", () => timeOver.removeEventListener("abort", stop));
    socket.once("connect", () => done(socket));
  });
}

function mailOf({ settings, notification, siteName }: Delivery<EmailSettings>) {
  const { id, title, facts, words, at } = notification;
  const domain = settings.from.split("@")[1] ?? "localhost";
  return {
    messageId: `<${id}@${domain}>`,
    date: new Date(at),
    from: { name: inert(siteName), address: settings.from },
    to: [...settings.to],
    subject: title,
    text: [...facts, ...(words.length > 0 ? ["", ...words.map((line) => `> ${line}`)] : []), ""].join("\n"),
    textEncoding: "base64" as const,
    headers: { "Auto-Submitted": "auto-generated" },
  };
}
