import { expect, it } from "vitest";
import { SettingReader } from "@/lib/settings";
import { onekey } from "./module";

const STAGING = { ONEKEY_ENVIRONMENT: "staging", ONEKEY_LOGIN: "login", ONEKEY_SECRET: "s3cret", ONEKEY_COUNTRY: "BR" };
const PRODUCTION = {
  ...STAGING,
  ONEKEY_ENVIRONMENT: "production",
  ONEKEY_BASE_URL: "https://api.onekey.example",
  ONEKEY_CHECKOUT_HOSTS: "pay.onekey.example",
};

function load(env: Readonly<Record<string, string>>) {
  const reader = new SettingReader(env);
  return { loaded: onekey.load(reader), problems: reader.problems.map(({ name }) => name) };
}

it("has all of staging by default, and nothing of production", () => {
  expect(load(STAGING)).toMatchObject({ loaded: { isLocal: false }, problems: [] });
  expect(load(PRODUCTION)).toMatchObject({
    loaded: { checkoutSources: ["https://pay.onekey.example"] },
    problems: [],
  });
  const bare = { ...STAGING, ONEKEY_ENVIRONMENT: "production" };
  expect(load(bare)).toEqual({ loaded: null, problems: ["ONEKEY_BASE_URL", "ONEKEY_CHECKOUT_HOSTS"] });
});

it.each([
  [{ ...PRODUCTION, ONEKEY_BASE_URL: "https://api-stg.onekeypayments.com" }, "ONEKEY_BASE_URL"],
  [{ ...PRODUCTION, ONEKEY_BASE_URL: "https://API-STG.onekeypayments.com./" }, "ONEKEY_BASE_URL"],
  [{ ...PRODUCTION, ONEKEY_BASE_URL: "http://127.0.0.1:4011" }, "ONEKEY_BASE_URL"],
  [{ ...PRODUCTION, ONEKEY_CHECKOUT_HOSTS: "pay-stg.depositcheckout.com" }, "ONEKEY_CHECKOUT_HOSTS"],
  [{ ...STAGING, ONEKEY_BASE_URL: "https://api.onekey.example" }, "ONEKEY_BASE_URL"],
  [{ ...STAGING, ONEKEY_BASE_URL: "http://127.0.0.1:4011", VERCEL_ENV: "production" }, "ONEKEY_BASE_URL"],
  [{ ...STAGING, ONEKEY_ENVIRONMENT: "live" }, "ONEKEY_ENVIRONMENT"],
  [{ ...STAGING, ONEKEY_AUTHORIZATION_SCHEME: "Bearer" }, "ONEKEY_AUTHORIZATION_SCHEME"],
  [{ ...STAGING, ONEKEY_COUNTRY: "Brazil" }, "ONEKEY_COUNTRY"],
])("refuses %o", (env, name) => {
  const { loaded, problems } = load(env);
  expect(loaded).toBeNull();
  expect(problems).toContain(name);
});

it("sends money only with all three credentials of cashouts, and takes payments with any of them", () => {
  const all = { ONEKEY_CASHOUT_LOGIN: "l", ONEKEY_CASHOUT_PASSPHRASE: "p4ss", ONEKEY_CASHOUT_SECRET: "s" };
  const offers = (cashouts: Readonly<Record<string, string>>) => {
    const reader = new SettingReader({ ...STAGING, ...cashouts });
    const loaded = onekey.load(reader);
    expect([loaded !== null, reader.problems]).toEqual([true, []]);
    return { pays: loaded?.createPayouts !== undefined, warned: reader.warnings.map(({ name }) => name) };
  };
  expect(offers({})).toEqual({ pays: false, warned: [] });
  expect(offers(all)).toEqual({ pays: true, warned: [] });
  for (const name of Object.keys(all)) {
    for (const wrong of ["", "two words", "<secret>", "é"]) {
      expect(offers({ ...all, [name]: wrong }), wrong).toEqual({ pays: false, warned: [name] });
    }
  }
});
