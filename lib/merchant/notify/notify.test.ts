import { execFileSync } from "node:child_process";
import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { Webhook } from "standardwebhooks";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import type { EffectCause } from "@/lib/checkout/flow";
import { redact } from "@/lib/log";
import type { Refund } from "@/lib/orders/order";
import { startHttpServer } from "@/test/http-server";
import { localNotifySettings } from "@/test/local-notify-settings";
import {
  BOT_TOKEN,
  DISCORD_PATH,
  headersOf,
  openMailSink,
  openSinks,
  textOf,
  WEBHOOK_SECRET,
} from "@/test/notification-sinks";
import { SAMPLE_NOW, sampleOrder, samplePayment } from "@/test/sample-order";
import { inert } from "./message";
import { notifyEffects, sendTestNotifications } from "./notify";

const EVIL = "@everyone <b> \r\nBcc: x@evil.example\r\n\u202e**[x](https://evil.example)** <@1> `_|~\u0000\u0085\u2028";
const CONTEXT = { siteName: "Zoë\r\nBcc: y@evil.example", publicUrl: "https://tips.example", hasAdmin: true };

let sinks: Awaited<ReturnType<typeof openSinks>>;
beforeEach(async () => {
  sinks = await openSinks();
});
afterEach(() => sinks.close());

const contextHere = () => ({ ...CONTEXT, telegramApi: sinks.telegram.url, timeoutMs: 1_000 });

function paidOrder({ anonymous = false } = {}) {
  const transaction = { chain: "main", hash: "0xabc", network: "BASE", coin: "USDT", amount: "5.000000" } as const;
  const payment = samplePayment({ status: "paid", paidAt: SAMPLE_NOW + 1_000, transaction });
  return sampleOrder({
    status: "paid",
    payments: [payment],
    payer: { name: EVIL, message: `${EVIL} second\nline`, anonymous },
  });
}

/** Sends one event through every channel, and answers how each ended. */
async function sendAll(cause: EffectCause, env: Record<string, string> = {}) {
  const effects = notifyEffects(localNotifySettings({ ...sinks.env, ...env }), contextHere());
  const context = { attempt: 1, signal: new AbortController().signal };
  const ends = await Promise.allSettled(effects.map(async (effect) => effect.run(cause, context)));
  return ends.map((end) => (end.status === "rejected" ? (end.reason as Error) : null));
}

describe("a notification", () => {
  it("reaches each channel once, in the channel's own form", async () => {
    const order = paidOrder();
    expect(await sendAll({ kind: "paid", order })).toEqual([null, null, null, null]);
    expect(sinks.counts()).toEqual([1, 1, 1, 1]);

    const [hook] = sinks.webhook.posts;
    expect(hook?.path).toBe("/hook?token=query-token-in-tests");
    const verified = new Webhook(WEBHOOK_SECRET).verify(hook?.body ?? "", hook?.headers as Record<string, string>);
    expect(hook?.headers["webhook-id"]).toBe(`${order.id}-paid`);
    expect(verified).toEqual({
      type: "order.paid",
      timestamp: new Date(SAMPLE_NOW + 1_000).toISOString(),
      data: {
        orderId: order.id,
        status: "paid",
        amount: "5.00",
        currency: "USD",
        paidAt: new Date(SAMPLE_NOW + 1_000).toISOString(),
        payment: {
          provider: "sample",
          paymentId: order.payments[0]?.paymentId,
          transactionHash: "0xabc",
          network: "BASE",
          coin: "USDT",
          coins: "5.000000",
        },
        payer: { name: inert(EVIL), message: null, anonymous: false },
        adminUrl: `https://tips.example/admin/orders/${order.id}`,
      },
    });

    const discord = JSON.parse(sinks.discord.posts[0]?.body ?? "");
    expect(sinks.discord.posts[0]?.path).toBe(DISCORD_PATH);
    expect(discord.content).toContain("5\\.00 USD paid");
    expect(discord).toMatchObject({ allowed_mentions: { parse: [] }, flags: 4 });

    const telegram = JSON.parse(sinks.telegram.posts[0]?.body ?? "");
    expect(sinks.telegram.posts[0]?.path).toBe(`/bot${BOT_TOKEN}/sendMessage`);
    expect(telegram).toMatchObject({ chat_id: "-1001234567890", link_preview_options: { is_disabled: true } });
    expect(telegram.text).toContain("5.00 USD paid\nPayment of 5.00 USD, status paid\n");

    const [mail = expect.fail()] = sinks.email.mails;
    expect(mail).toMatchObject({
      from: "tips@merchant.example",
      to: ["shop@merchant.example", "books@merchant.example"],
    });
    expect(headersOf(mail)).toMatch(new RegExp(`^Message-ID: <${order.id}-paid@merchant.example>\r$`, "im"));
    expect(headersOf(mail)).toMatch(/^Content-Type: text\/plain; charset=utf-8$/m);
    expect(textOf(mail)).toContain("Received: 5.000000 USDT\nTransaction: 0xabc (BASE)\n");
  });

  it("shows what a payer wrote as text and nothing else", async () => {
    await sendAll({ kind: "paid", order: paidOrder() }, { NOTIFY_PRIVATE: "true" });
    const clean = inert(EVIL);
    expect(clean).toBe("@everyone <b> Bcc: x@evil.example **[x](https://evil.example)** <@1> `_|~");

    const { content } = JSON.parse(sinks.discord.posts[0]?.body ?? "");
    // Every character that could begin a mention, link or format has a backslash before it.
    const words = content.slice(content.indexOf("\n> ") + 3, content.lastIndexOf("\n> "));
    expect(words.replace(/\\[!-/:-@[-`{-~]/g, "")).toMatch(/^[\p{L}\p{N} ]*$/u);
    expect(words.replaceAll("\\", "")).toBe(`Name: ${clean}`);

    const { text, entities, ...rest } = JSON.parse(sinks.telegram.posts[0]?.body ?? "");
    expect(rest).not.toHaveProperty("parse_mode");
    const [{ type, offset, length }] = entities;
    expect(type).toBe("code");
    expect(text.slice(offset, offset + length)).toBe(`Name: ${clean}\nMessage: ${clean} second line`);
    expect(offset + length).toBe(text.length);

    const [mail = expect.fail()] = sinks.email.mails;
    const names = headersOf(mail)
      .split(/\r\n(?![ \t])/)
      .map((line) => line.split(":")[0]);
    expect(names.map((name) => name?.toLowerCase()).toSorted()).toEqual(
      "auto-submitted content-transfer-encoding content-type date from message-id mime-version subject to".split(" "),
    );
    expect(mail.to).toHaveLength(2);
    expect(textOf(mail)).toContain(`\n> Name: ${clean}\n> Message: ${clean} second line\n`);

    const hook = JSON.parse(sinks.webhook.posts[0]?.body ?? "");
    expect(hook.data.payer).toEqual({ name: clean, message: `${clean} second line`, anonymous: false });
    for (const body of [...sinks.discord.posts, ...sinks.telegram.posts, ...sinks.webhook.posts].map(
      ({ body }) => body,
    )) {
      expect(JSON.stringify(JSON.parse(body))).not.toMatch(/\\r|\u202e|\\u0000|\u0085|\u2028/);
    }
  });

  it("keeps private what the payer wrote for the merchant alone, unless that is switched on", async () => {
    await sendAll({ kind: "paid", order: paidOrder({ anonymous: true }) });
    const texts = [
      ...[...sinks.webhook.posts, ...sinks.discord.posts, ...sinks.telegram.posts].map(({ body }) => body),
      ...sinks.email.mails.map((mail) => headersOf(mail) + textOf(mail)),
    ];
    expect(texts).toHaveLength(4);
    for (const text of texts) expect(text).not.toMatch(/everyone|second/);
  });

  it("says why an order needs attention, and how a refund ended, without the link that collects it", async () => {
    const order = paidOrder();
    const claimUrl = "https://claim.example/bearer-secret";
    const refund: Refund = {
      ...{ reference: "refund-0123456789", kind: "payout", provider: "sample", payoutId: "p1", coin: "USDT" },
      ...{ amount: "5.00", network: null, status: "expired", claimUrl, transactionHash: null, note: "private note" },
      ...{ createdAt: SAMPLE_NOW, updatedAt: SAMPLE_NOW + 5_000 },
    };
    const tried = { payments: order.payments.map((payment) => ({ ...payment, testStore: true })) };
    await sendAll({ kind: "attention", reason: "paid_late", order: { ...order, ...tried, item: "mug" } });
    await sendAll({ kind: "refund", refund, order: { ...order, refunds: [refund] } });
    const [late, ended] = sinks.webhook.posts;
    expect(late?.headers["webhook-id"]).toBe(`${order.id}-paid_late`);
    const lateData = { reason: "paid_late", item: "mug", testStore: true };
    expect(JSON.parse(late?.body ?? "")).toMatchObject({ type: "order.attention", data: lateData });
    expect(sinks.telegram.posts[0]?.body).toMatch(/Item: mug.*It was paid in a test store: no real money/);
    expect(ended?.headers["webhook-id"]).toBe(`${order.id}-refund-refund-0123456789`);
    expect(JSON.parse(ended?.body ?? "")).toMatchObject({
      type: "order.refund_ended",
      timestamp: new Date(SAMPLE_NOW + 5_000).toISOString(),
      data: { refund: { reference: "refund-0123456789", status: "expired", amount: "5.00", coin: "USDT" } },
    });
    expect(sinks.telegram.posts[0]?.body).toContain("The money came after the checkout had ended.");
    expect(sinks.telegram.posts[1]?.body).toContain("a refund of 5.00 USDT expired before it was collected");
    expect(sinks.telegram.posts[1]?.body).toContain("Zoë Bcc: y@evil.example: ");
    const all = [sinks.webhook, sinks.discord, sinks.telegram].flatMap(({ posts }) => posts.map(({ body }) => body));
    for (const text of [...all, ...sinks.email.mails.map(textOf)])
      expect(text).not.toMatch(/bearer-secret|private note/);
  });

  it("has the same id at every try, and another when a reason is back", async () => {
    const order = paidOrder();
    const sent = () => [
      new Set(sinks.webhook.posts.map(({ headers }) => headers["webhook-id"])).size,
      new Set(sinks.email.mails.map((mail) => /^Message-ID: .*$/im.exec(mail.raw)?.[0])).size,
    ];
    for (let tries = 0; tries < 2; tries += 1) await sendAll({ kind: "paid", order });
    expect(sent()).toEqual([1, 1]);
    for (const again of [{}, { again: 2 }, { again: 3 }]) {
      await sendAll({ kind: "attention", reason: "duplicate_payment", ...again, order });
    }
    expect(sent()).toEqual([4, 4]);
  });

  it("fits into what a channel takes, however long the text is", async () => {
    const order = { ...paidOrder(), payer: { name: null, message: "_😀".repeat(4_000), anonymous: false } };
    expect(await sendAll({ kind: "paid", order }, { NOTIFY_PRIVATE: "true" })).toEqual([null, null, null, null]);
    const { content } = JSON.parse(sinks.discord.posts[0]?.body ?? "");
    expect(content.length).toBeLessThanOrEqual(2_000);
    expect(content.isWellFormed()).toBe(true);
    expect(content).toMatch(/(?<!\\)…$/);
    const { text } = JSON.parse(sinks.telegram.posts[0]?.body ?? "");
    expect(text.length).toBeLessThanOrEqual(4_096);
    expect(text.isWellFormed()).toBe(true);
  });
});

describe("a channel", () => {
  const secrets = [WEBHOOK_SECRET, BOT_TOKEN, "discord-token_in-tests", "query-token-in-tests", "smtp-password"];

  it("that is switched off ends what was left for it, and wants nothing more", async () => {
    const effects = notifyEffects(localNotifySettings({}), CONTEXT);
    expect(effects.map(({ name }) => name)).toEqual([
      "notify_webhook",
      "notify_discord",
      "notify_telegram",
      "notify_email",
    ]);
    for (const effect of effects) {
      expect(effect.events).toEqual([]);
      const cause = { kind: "paid", order: paidOrder() } as const;
      const end = await effect.run(cause, { attempt: 1, signal: new AbortController().signal });
      expect(end).toEqual({ skipped: "This channel is switched off." });
    }
  });

  it("whose settings are wrong waits for them", async () => {
    const settings = { ...localNotifySettings(sinks.env), email: "wrong" } as const;
    const email = notifyEffects(settings, contextHere()).at(-1);
    expect(email?.events).toEqual(["paid", "attention", "refund"]);
    const run = async () =>
      email?.run({ kind: "paid", order: paidOrder() }, { attempt: 1, signal: new AbortController().signal });
    await expect(run()).rejects.toThrow("NOTIFY_EMAIL_*, SMTP_URL: the settings are not right.");
    expect((await sendTestNotifications(settings, contextHere())).at(-1)).toMatchObject({
      channel: "email",
      ok: false,
    });
  });

  it("is tested by the merchant, who reads one sentence for each without a secret in it", async () => {
    const settings = localNotifySettings(sinks.env);
    sinks.discord.answer = { status: 404, headers: {}, body: DISCORD_PATH };
    const description = `Bad Request: chat not found`;
    sinks.telegram.answer = { status: 400, headers: {}, body: JSON.stringify({ ok: false, description }) };
    const results = await sendTestNotifications(settings, contextHere());
    expect(results).toEqual([
      { channel: "webhook", ok: true },
      { channel: "discord", ok: false, sentence: "NOTIFY_DISCORD_URL: it does not know this address (404)." },
      {
        channel: "telegram",
        ok: false,
        sentence: 'NOTIFY_TELEGRAM_*: Telegram answered "Bad Request: chat not found" (400).',
      },
      { channel: "email", ok: true },
    ]);
    const [hook] = sinks.webhook.posts;
    expect(new Webhook(WEBHOOK_SECRET).verify(hook?.body ?? "", hook?.headers as Record<string, string>)).toMatchObject(
      {
        type: "test",
      },
    );
    expect(await sendTestNotifications(localNotifySettings({}), CONTEXT)).toEqual([]);
  });

  it("that echoes its credentials, redirects, hangs or is not there fails with a sentence that holds none", async () => {
    const other = await startHttpServer((_request, response) => response.end());
    const hanging = await startHttpServer(() => {});
    const endless = await startHttpServer((_request, response) => {
      response.writeHead(200);
      const more = () => {
        response.write("x".repeat(65_536));
        if (!response.destroyed) setImmediate(more);
      };
      more();
    });
    const cause = { kind: "paid", order: paidOrder() } as const;
    try {
      const everywhere = { status: 500, headers: {}, body: secrets.join(" ") };
      for (const sink of [sinks.webhook, sinks.discord, sinks.telegram]) sink.answer = everywhere;
      const errors = [...(await sendAll(cause))];
      const moved = { status: 307, headers: { location: `${other.url}/elsewhere` }, body: "" };
      for (const sink of [sinks.webhook, sinks.discord, sinks.telegram]) sink.answer = moved;
      errors.push(...(await sendAll(cause)));
      expect(errors[4]?.message).toBe("NOTIFY_WEBHOOK_URL: it answered with a redirect (307), which is not followed.");
      sinks.setDown(true);
      errors.push(...(await sendAll(cause)));
      const { port } = new URL(hanging.url);
      const nowhere = {
        NOTIFY_WEBHOOK_URL: `${hanging.url}/?token=query-token-in-tests`,
        NOTIFY_DISCORD_URL: `https://localhost:${port}${DISCORD_PATH}`,
        SMTP_URL: `smtp://user:smtp-password@127.0.0.1:${port}`,
      };
      errors.push(...(await sendAll(cause, nowhere)));
      expect(errors[12]?.message).toBe("NOTIFY_WEBHOOK_URL: it did not answer in time.");
      expect(errors[15]?.message).toBe("SMTP_URL: the mail server did not answer in time.");
      await other.close();
      const refused = { NOTIFY_WEBHOOK_URL: other.url, SMTP_URL: `smtp://127.0.0.1:${new URL(other.url).port}` };
      errors.push(...(await sendAll(cause, refused)));
      expect(errors[16]?.message).toBe("NOTIFY_WEBHOOK_URL: it refuses connections.");
      expect(errors[19]?.message).toBe("SMTP_URL: it refuses connections.");
      // More of an answer than anyone needs is not read.
      expect((await sendAll(cause, { NOTIFY_WEBHOOK_URL: endless.url }))[0]).toBeNull();

      const failed = errors.filter((error) => error !== null);
      expect(failed.length).toBeGreaterThan(15);
      for (const { name, message, stack } of failed) {
        expect(name, stack).toBe("DeliveryFailure");
        expect(message).toMatch(/^[A-Z_*, ]+: .*\.$/);
        expect(redact(`${message} ${stack}`, secrets)).not.toContain("[redacted]");
      }
    } finally {
      await Promise.all([hanging.close(), endless.close()]);
    }
  });
});

describe("a mail server", () => {
  let folder: string;
  let tls: { key: string; cert: string };
  beforeEach(() => {
    folder = mkdtempSync(join(tmpdir(), "mail-tls-"));
    const [key, cert] = [join(folder, "key.pem"), join(folder, "cert.pem")];
    const names = ["-subj", "/CN=localhost", "-addext", "subjectAltName=DNS:localhost", "-days", "2"];
    const curve = ["-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:prime256v1", "-nodes"];
    execFileSync("openssl", ["req", "-x509", ...curve, ...names, "-keyout", key, "-out", cert], { stdio: "ignore" });
    tls = { key: readFileSync(key, "utf8"), cert: readFileSync(cert, "utf8") };
  });
  afterEach(() => rmSync(folder, { recursive: true }));

  it.each(["starttls", "implicit"] as const)("gets mail and password over verified TLS only (%s)", async (kind) => {
    const logins: string[] = [];
    const sink = await openMailSink({
      ...tls,
      secure: kind === "implicit",
      authOptional: false,
      onAuth({ username = "", password = "" }, session, callback) {
        logins.push(`${username}:${password}:${session.secure}`);
        callback(password === "p/ss" ? null : new Error("no"), { user: username });
      },
    });
    const test = async (host: string, { pass = "p%2Fss", ca = "" } = {}) => {
      const scheme = kind === "implicit" ? "smtps" : "smtp";
      const { NOTIFY_EMAIL_TO, NOTIFY_EMAIL_FROM } = sinks.env;
      const SMTP_URL = `${scheme}://tips:${pass}@${host}:${sink.port}`;
      const settings = localNotifySettings({ NOTIFY_EMAIL_TO, NOTIFY_EMAIL_FROM, SMTP_URL });
      const [result] = await sendTestNotifications(settings, { ...contextHere(), ...(ca !== "" && { trustedCa: ca }) });
      return result;
    };
    try {
      const invalid = { ok: false, sentence: expect.stringMatching(/^SMTP_URL: .*TLS/) };
      expect(await test("localhost")).toMatchObject(invalid);
      // Trusted, but for another name.
      expect(await test("127.0.0.1", { ca: tls.cert })).toMatchObject(invalid);
      expect(logins).toEqual([]);
      expect(await test("localhost", { ca: tls.cert, pass: "wrong" })).toMatchObject({
        sentence: "SMTP_URL: the mail server refused the user name or password.",
      });
      expect(await test("localhost", { ca: tls.cert })).toEqual({ channel: "email", ok: true });
      expect(logins).toEqual(["tips:wrong:true", "tips:p/ss:true"]);
      expect(sink.mails).toMatchObject([{ secure: true }]);
    } finally {
      await sink.close();
    }
  });

  it("elsewhere must offer STARTTLS before it gets anything", async () => {
    const settings = localNotifySettings(sinks.env);
    if (typeof settings.email === "string") return expect.fail();
    const server = { ...settings.email.server, tls: "starttls" } as const;
    const results = await sendTestNotifications({ ...settings, email: { ...settings.email, server } }, contextHere());
    expect(results.at(-1)).toMatchObject({ ok: false, sentence: "SMTP_URL: the mail server offers no valid TLS." });
    expect(sinks.email.mails).toEqual([]);
  });
});
