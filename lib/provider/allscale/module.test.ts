import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { type Environment, SettingReader } from "@/lib/settings";
import { ANY_UNIT } from "@/test/any-unit";
import { PROVIDERS } from "../registry";
import { allscale } from "./module";

const CREDENTIALS = { ALLSCALE_API_KEY: "st_0f9a8b7c", ALLSCALE_API_SECRET: "st_1a2b3c4d5e6f" };
const EMULATOR = {
  ALLSCALE_API_KEY: "st_emulator_key",
  ALLSCALE_API_SECRET: "st_emulator_secret_not_for_production",
  ALLSCALE_BASE_URL: "http://127.0.0.1:4010",
};
const tools = { timeoutMs: 1_000 };

function load(env: Environment) {
  const reader = new SettingReader(env);
  return { loaded: allscale.load(reader), problems: reader.problems };
}

test("the registry lists it under the name that stored payments have", () => {
  expect(PROVIDERS).toContain(allscale);
  expect(allscale).toMatchObject({ name: "allscale", label: "AllScale" });
});

test("with credentials alone it is the real AllScale", () => {
  const { loaded, problems } = load(CREDENTIALS);
  expect(problems).toEqual([]);
  expect(loaded).toMatchObject({
    isLocal: false,
    checkoutSources: ["https://allscale.io", "https://*.allscale.io"],
  });
  expect(loaded?.create(tools)).toMatchObject({ name: "allscale", label: "AllScale", testStore: false });
});

test("the emulator on this machine may have its checkout there", () => {
  for (const url of ["http://127.0.0.1:4010", "http://localhost:4010/", "http://[::1]:4010"]) {
    const { loaded, problems } = load({ ...EMULATOR, ALLSCALE_BASE_URL: url });
    expect(problems).toEqual([]);
    expect(loaded).toMatchObject({
      isLocal: true,
      checkoutSources: ["https://allscale.io", "https://*.allscale.io", "http://127.0.0.1:*", "http://localhost:*"],
    });
  }
});

test.each([
  ["true", true],
  ["TRUE", true],
  ["false", false],
  ["", false],
])("ALLSCALE_TEST_STORE=%j: %s", (value, testStore) => {
  const { loaded } = load({ ...CREDENTIALS, ALLSCALE_TEST_STORE: value });
  expect(loaded?.create(tools).testStore).toBe(testStore);
});

test("the largest price is what AllScale's cents can express", () => {
  const { loaded } = load(CREDENTIALS);
  expect(loaded?.maxMinor?.("USD")).toBe(Number.MAX_SAFE_INTEGER);
  expect(loaded?.maxMinor?.("JPY")).toBe(90_071_992_547_409);
});

test.each([
  [{}, false],
  [{ ALLSCALE_BASE_URL: "https://openapi.allscale.io" }, false],
  [{ ALLSCALE_API_KEY: "st_1" }, true],
  [{ ALLSCALE_API_SECRET: "st_1" }, true],
])("%j: present is %s", (env, isPresent) => {
  expect(allscale.isPresent(new SettingReader(env))).toBe(isPresent);
});

describe("problems say what is wanted and what came", () => {
  test.each<[string, Environment, string | RegExp]>([
    ["ALLSCALE_SIGNED_RESPONSES", { ALLSCALE_SIGNED_RESPONSES: "yes" }, 'must be true or false, not "yes"'],
    ["ALLSCALE_TEST_STORE", { ALLSCALE_TEST_STORE: "1" }, 'must be true or false, not "1"'],
    [
      "ALLSCALE_ACCEPTED_STABLE_COINS",
      { ALLSCALE_ACCEPTED_STABLE_COINS: "USDT,BUSD" },
      'must be USDT, USDC or both, separated by a comma, not "USDT,BUSD"',
    ],
    ["ALLSCALE_BASE_URL", { ALLSCALE_BASE_URL: "http://openapi.allscale.io" }, /https/],
    ["ALLSCALE_BASE_URL", { ALLSCALE_BASE_URL: "https://openapi-sandbox.allscale.io" }, /retired/],
    ["ALLSCALE_BASE_URL", { ALLSCALE_BASE_URL: "https://openapi.allscale.io?a=1" }, /query/],
    ["ALLSCALE_BASE_URL", { ALLSCALE_BASE_URL: EMULATOR.ALLSCALE_BASE_URL, VERCEL_ENV: "production" }, /emulator/],
    ["ALLSCALE_API_KEY", { ALLSCALE_API_KEY: "st_k\u200bey" }, /visible ASCII/],
    ["ALLSCALE_API_SECRET", { ALLSCALE_API_SECRET: "st_\u{1f511}" }, /visible ASCII/],
    ["ALLSCALE_API_KEY", { ALLSCALE_API_KEY: EMULATOR.ALLSCALE_API_KEY }, /well-known/],
    ["ALLSCALE_API_SECRET_PREVIOUS", { ALLSCALE_API_SECRET_PREVIOUS: EMULATOR.ALLSCALE_API_SECRET }, /well-known/],
  ])("%s of %j", (name, env, problem) => {
    const { problems } = load({ ...CREDENTIALS, ...env });
    const text = typeof problem === "string" ? problem : expect.stringMatching(problem);
    expect(problems).toEqual([{ name, problem: text }]);
  });

  test("all of them at once", () => {
    const { loaded, problems } = load({ ALLSCALE_BASE_URL: "nowhere", ALLSCALE_TEST_STORE: "no" });
    expect(loaded).toBeNull();
    expect(problems.map(({ name }) => name).sort()).toEqual([
      "ALLSCALE_API_KEY",
      "ALLSCALE_API_SECRET",
      "ALLSCALE_BASE_URL",
      "ALLSCALE_TEST_STORE",
    ]);
  });

  test.each(["st_live_0a1b2c3d4e5f", "0123456789abcdef0123456789abcdef", "st_short"])(
    "a credential in the place of another setting is not repeated: %s",
    (secret) => {
      const swapped = { ALLSCALE_SIGNED_RESPONSES: secret, ALLSCALE_ACCEPTED_STABLE_COINS: secret };
      const { problems } = load({ ...CREDENTIALS, ...swapped });
      expect(problems).toHaveLength(2);
      expect(JSON.stringify(problems)).not.toContain(secret);
    },
  );
});

test("loading never throws, whatever is set, and without a problem it makes a provider", () => {
  const text = fc.oneof(
    fc.string({ unit: ANY_UNIT, maxLength: 12 }),
    fc.constantFrom("http://127.0.0.1:1", "https://[::1]", "https://a.example/b?c", "st_key", "true", "USDC", "\ud800"),
  );
  const names = [
    ...["ALLSCALE_API_KEY", "ALLSCALE_API_SECRET", "ALLSCALE_API_SECRET_PREVIOUS", "ALLSCALE_BASE_URL"],
    ...["ALLSCALE_ACCEPTED_STABLE_COINS", "ALLSCALE_SIGNED_RESPONSES", "ALLSCALE_TEST_STORE", "VERCEL_ENV"],
  ];
  const environments = fc.dictionary(fc.constantFrom(...names), text);
  fc.assert(
    fc.property(environments, (env) => {
      const { loaded, problems } = load(env);
      expect(loaded === null).toBe(problems.length > 0);
      expect(() => loaded?.create(tools)).not.toThrow();
    }),
    { numRuns: 1_000 },
  );
});
