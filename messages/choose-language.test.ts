import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { chooseLanguage, findLanguage } from "./choose-language";

const offered = ["de", "en", "ja", "zh-CN"];
const choose = (accepted: string, more: object = {}) => chooseLanguage({ accepted, usual: "en", ...more }, offered);

describe("chooseLanguage", () => {
  it.each([
    ["de", "de"],
    ["de-AT,de;q=0.9,en;q=0.8", "de"],
    ["fr-FR, fr;q=0.9, ja;q=0.4, en;q=0.3", "ja"],
    ["en;q=0.5, de;q=0.9", "de"],
    ["DE-de", "de"],
    ["zh", "zh-CN"],
    ["zh-Hans-SG", "zh-CN"],
    ["zh-TW,ja;q=0.1", "ja"],
    ["de;q=0, en-GB", "en"],
    ["pt-BR,pt;q=0.9", "en"],
    ["*", "en"],
    ["", "en"],
    ["de;q=many, ja", "ja"],
    ["<script>", "en"],
  ])("answers Accept-Language %j in %s", (accepted, language) => expect(choose(accepted)).toBe(language));

  it("lets the switch win over the cookie, and both over the header", () => {
    expect(choose("de", { kept: "ja" })).toBe("ja");
    expect(choose("de", { kept: "ja", asked: "zh-CN" })).toBe("zh-CN");
    expect(choose("de", { kept: "xx", asked: "../../etc" })).toBe("de");
  });

  it("falls back to the merchant's language, then to English", () => {
    expect(choose("pt", { usual: "ja-JP" })).toBe("ja");
    expect(choose("pt", { usual: "nonsense!" })).toBe("en");
  });

  it("never leaves what is offered, whatever comes in", () => {
    const any = fc.record({ accepted: fc.string(), asked: fc.string(), kept: fc.string(), usual: fc.string() });
    fc.assert(fc.property(any, (wishes) => offered.includes(chooseLanguage(wishes, offered))));
  });
});

describe("findLanguage", () => {
  it("knows what is not there", () => expect(findLanguage("zh-Hant", offered)).toBeUndefined());
});
