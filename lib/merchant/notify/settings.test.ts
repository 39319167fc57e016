import { describe, expect, it } from "vitest";
import { readSettings } from "@/lib/env";
import { type Environment, SettingReader } from "@/lib/settings";
import { exampleEnv } from "@/scripts/example-env";
import { readNotifySettings } from "./settings";

const SECRET = `whsec_${Buffer.alloc(32, 7).toString("base64")}`;
const TOKEN = "123456789:AAabcdefghijklmnopqrstuvwxyz";
const WHOLE = {
  NOTIFY_WEBHOOK_URL: "https://hooks.example/in?token=abc",
  NOTIFY_WEBHOOK_SECRET: SECRET,
  NOTIFY_DISCORD_URL: "https://discord.com/api/webhooks/123/abc_DEF-1",
  NOTIFY_TELEGRAM_BOT_TOKEN: TOKEN,
  NOTIFY_TELEGRAM_CHAT_ID: "-1001",
  NOTIFY_EMAIL_TO: "me@shop.example, you@shop.example",
  NOTIFY_EMAIL_FROM: "tips@shop.example",
  SMTP_URL: "smtp://user%40shop:p%2Fss-w%3Ard@mail.shop.example",
};

function read(env: Environment, { allowsLoopback = false } = {}) {
  const reader = new SettingReader(env);
  return { ...readNotifySettings(reader, { allowsLoopback }), problems: reader.problems };
}

describe("notification settings", () => {
  it("are off by default, and read where each group is complete", () => {
    const none = {
      webhook: "off",
      discord: "off",
      telegram: "off",
      email: "off",
      includesPrivate: false,
      problems: [],
    };
    expect(read({})).toMatchObject(none);
    expect(read(WHOLE)).toMatchObject({
      webhook: { url: WHOLE.NOTIFY_WEBHOOK_URL, secret: SECRET },
      discord: { url: WHOLE.NOTIFY_DISCORD_URL },
      telegram: { botToken: TOKEN, chatId: "-1001" },
      email: {
        to: ["me@shop.example", "you@shop.example"],
        from: "tips@shop.example",
        server: {
          host: "mail.shop.example",
          port: 587,
          tls: "starttls",
          login: { user: "user@shop", pass: "p/ss-w:rd" },
        },
      },
      problems: [],
    });
    const implicit = read({ ...WHOLE, SMTP_URL: "smtps://mail.shop.example" }).email;
    expect(implicit).toMatchObject({ server: { port: 465, tls: "implicit", login: null } });
    expect(read({ NOTIFY_PRIVATE: "TRUE" }).includesPrivate).toBe(true);
  });

  it.each([
    ["webhook", ["NOTIFY_WEBHOOK_URL", "NOTIFY_WEBHOOK_SECRET"]],
    ["telegram", ["NOTIFY_TELEGRAM_BOT_TOKEN", "NOTIFY_TELEGRAM_CHAT_ID"]],
    ["email", ["NOTIFY_EMAIL_TO", "NOTIFY_EMAIL_FROM", "SMTP_URL"]],
  ] as const)(
    "of half a group (%s) are a problem that names what is missing, and the others stay on",
    (channel, names) => {
      for (const missing of names) {
        const settings = read({ ...WHOLE, [missing]: " " });
        expect(settings.problems).toEqual([
          { name: missing, problem: expect.stringMatching(/^is not set, although /) },
        ]);
        expect(settings[channel]).toBe("wrong");
        for (const other of (["webhook", "telegram", "email", "discord"] as const).filter((each) => each !== channel)) {
          expect(settings[other]).toBeTypeOf("object");
        }
      }
    },
  );

  it.each([
    [
      "NOTIFY_WEBHOOK_URL",
      ["hooks.example", "http://hooks.example/", "ftp://hooks.example", "https://u:p@hooks.example"],
    ],
    ["NOTIFY_WEBHOOK_URL", ["https://localhost/", "https://127.0.0.1/", "https://2130706433/", "https://[::1]/"]],
    ["NOTIFY_WEBHOOK_SECRET", ["whsec_", "whsec_c2hvcnQ=", SECRET.slice(6), `${SECRET}!`, `whsec_${"A".repeat(100)}`]],
    ["NOTIFY_DISCORD_URL", ["https://discord.com/channels/1/2", "https://evil.example/api/webhooks/1/a", "x"]],
    [
      "NOTIFY_DISCORD_URL",
      ["https://discord.com.evil.example/api/webhooks/1/a", "http://discord.com/api/webhooks/1/a"],
    ],
    ["NOTIFY_TELEGRAM_BOT_TOKEN", ["123456789", "bot123456789:AAabcdefghijklmnopqrstuvwxyz", `${TOKEN}/../x`]],
    ["NOTIFY_TELEGRAM_CHAT_ID", ["my chat", "https://t.me/x", "1;2"]],
    ["NOTIFY_EMAIL_TO", ["me", "me@shop.example,", "Me <me@shop.example>", "a@b.c\r\nBcc: x@y.z", 'x"@b.c']],
    ["NOTIFY_EMAIL_TO", [Array(11).fill("a@b.c").join(",")]],
    ["NOTIFY_EMAIL_FROM", ["tips", "a@b.c,d@e.f", "a@b.c\nBcc: x", "a@b c"]],
    [
      "SMTP_URL",
      ["mail.example", "https://mail.example", "smtp://", "smtp://a@mail.example", "smtp://:b@mail.example"],
    ],
    [
      "SMTP_URL",
      ["smtp://a:%zz@mail.example", "smtp://a:b@mail.example/x", "smtp://mail.example?tls=no", "smtp://localhost"],
    ],
    ["NOTIFY_PRIVATE", ["yes", "1"]],
  ])("%s is named when it is wrong, without its value", (name, values) => {
    for (const value of values) {
      const { problems } = read({ ...WHOLE, [name]: value });
      expect(problems.map((problem) => problem.name)).toEqual([name]);
      for (const { problem } of problems) if (value.length > 12) expect(problem).not.toContain(value);
    }
  });

  it("lead to this machine only where the provider is on it", () => {
    const local = {
      NOTIFY_WEBHOOK_URL: "http://127.0.0.1:9/x",
      NOTIFY_WEBHOOK_SECRET: SECRET,
      NOTIFY_DISCORD_URL: "http://localhost:9/api/webhooks/1/a",
      NOTIFY_EMAIL_TO: "a@b.c",
      NOTIFY_EMAIL_FROM: "a@b.c",
      SMTP_URL: "smtp://localhost:2525",
    };
    expect(read(local, { allowsLoopback: true })).toMatchObject({
      problems: [],
      email: { server: { tls: "optional" } },
    });
    const names = ["SMTP_URL", "NOTIFY_WEBHOOK_URL", "NOTIFY_DISCORD_URL"];
    expect(
      read(local)
        .problems.map(({ name }) => name)
        .toSorted(),
    ).toEqual(names.toSorted());
    // http elsewhere is never allowed.
    const { problems } = read({ ...local, NOTIFY_WEBHOOK_URL: "http://10.0.0.1/" }, { allowsLoopback: true });
    expect(problems).toMatchObject([{ name: "NOTIFY_WEBHOOK_URL" }]);
    expect(readSettings({ ...exampleEnv(), ...local }).problems).toEqual([]);
  });

  it("are among the secrets that the log removes, right or wrong", () => {
    const { secrets } = readSettings({ ...exampleEnv(), ...WHOLE, NOTIFY_DISCORD_URL: "https://wrong.example/token" });
    expect(secrets).toEqual(
      expect.arrayContaining([
        WHOLE.NOTIFY_WEBHOOK_URL,
        SECRET,
        "https://wrong.example/token",
        TOKEN,
        WHOLE.SMTP_URL,
        "p/ss-w:rd",
      ]),
    );
  });
});
