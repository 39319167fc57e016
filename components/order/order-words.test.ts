import { describe, expect, it } from "vitest";
import { PAYMENT_STATUSES } from "@/lib/orders/status";
import { orderViewSchema } from "@/lib/web/contract";
import { LANGUAGES } from "@/messages/catalogue";
import { wordsIn } from "@/messages/words";
import { orderWords } from "./order-words";

const merchant = { name: "Ada $& {provider}", contact: { label: "ada@example.com", href: "mailto:ada@example.com" } };
const wordsOf = (language: string) => orderWords(wordsIn(language).messages, { merchant, provider: "Acme Pay" });
const unhappy = PAYMENT_STATUSES.filter((status) => status !== "paid");

function sentences(words: object): string[] {
  return Object.values(words).flatMap((value) => (typeof value === "string" ? [value] : sentences(value)));
}

describe("the English words of a payment's page", () => {
  const { states, ...shared } = wordsOf("en");
  const sentence = /^[A-Z].*\.$/;

  it.each(PAYMENT_STATUSES)("say in %s what happened to the money and what to do", (status) => {
    const { title, heading, money, next } = states[status];
    expect(title).not.toBe("");
    expect(heading).not.toMatch(/\.$/);
    expect(money).toMatch(sentence);
    expect(next).toMatch(sentence);
  });

  it("keep the shared words neutral, because they stand beside every state", () => {
    expect(sentences(shared).filter((text) => /thank|paid|success/i.test(text))).toEqual([]);
  });

  it("never speak of an order: to a payer it is a payment", () => {
    expect(sentences(wordsIn("en").messages).filter((text) => /\border/i.test(text))).toEqual([]);
  });
});

/** Words that only a payment that has arrived may use. */
const SUCCESS: Readonly<Record<string, RegExp>> = {
  en: /thank|paid|success|complete[^.]*!/i,
  de: /dank|bezahlt|erfolg/i,
  ja: /ありがとう|支払い済み|完了しました/,
  "zh-CN": /谢谢|已付款|付款成功/,
};

describe.each(LANGUAGES)("the words of a payment's page in $tag", ({ tag }) => {
  const words = wordsOf(tag);
  const { states } = words;

  it("name the provider and the merchant exactly as they are called", () => {
    expect(states.refunding.money).toContain("Acme Pay");
    expect(states.underpaid.next).toContain(merchant.name);
    expect(sentences(words).join(" ").replaceAll(merchant.name, "")).not.toMatch(/[{}]|AllScale/);
  });

  it("have a note for everything unusual", () => {
    const unusual = orderViewSchema.shape.attention.unwrap().element.options;
    expect(Object.keys(words.attention).sort()).toEqual([...unusual].sort());
  });

  it("tell the states apart by heading and by title", () => {
    for (const part of ["heading", "title"] as const) {
      expect(new Set(PAYMENT_STATUSES.map((status) => states[status][part])).size).toBe(PAYMENT_STATUSES.length);
    }
  });

  it("sound like success when it is paid and never before", () => {
    const success = SUCCESS[tag] ?? /^$/;
    expect(Object.values(states.paid).join(" ")).toMatch(success);
    for (const status of unhappy) {
      expect(Object.values(states[status]).join(" ")).not.toMatch(success);
    }
  });

  it("warn against paying twice wherever money has been seen but does not count yet", () => {
    const doNot = {
      en: /Do not pay again/,
      de: /Zahle nicht noch einmal/,
      ja: /もう一度支払わない/,
      "zh-CN": /请勿再次付款/,
    };
    for (const status of ["review", "underpaid"] as const) {
      expect(states[status].next).toMatch(Reflect.get(doNot, tag) ?? /./);
    }
  });

  it("speak of trying again only where the page offers it", () => {
    const again = { en: /try again/, de: /noch einmal versuch/, ja: /もう一度試/, "zh-CN": /重试/ };
    expect(states.rejected.next).not.toMatch(Reflect.get(again, tag) ?? /./);
  });

  it("can be passed from server to browser", () => {
    expect(structuredClone(words)).toEqual(words);
  });
});

it("a blockchain's explorer is not taken for a web browser in Chinese, where one word is used for both", () => {
  expect(wordsOf("zh-CN").receipt.explorer).toMatch(/区块链浏览器/);
});
