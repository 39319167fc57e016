import type { ProviderBench } from "./bench";

/** OneKey beside its emulator. */
export const onekeyBench: ProviderBench = {
  title: "OneKey",
  name: "onekey",
  credentials: { apiKey: "canary-onekey-login", apiSecret: "canary-onekey-secret" },
  settings: ({ url, apiKey, apiSecret }) => ({
    ONEKEY_ENVIRONMENT: "staging",
    ONEKEY_BASE_URL: url,
    ONEKEY_LOGIN: apiKey,
    ONEKEY_SECRET: apiSecret,
    ONEKEY_COUNTRY: "BR",
    ONEKEY_CASHOUT_LOGIN: "onekey_emulator_cashout_login",
    ONEKEY_CASHOUT_PASSPHRASE: "onekey_emulator_cashout_pass",
    ONEKEY_CASHOUT_SECRET: "onekey_emulator_cashout_secret",
  }),
  secrets: ["canary-onekey-secret", "canary-onekey-login", "onekey_emulator_cashout_"],
  wrongSecret: { ONEKEY_SECRET: "another-secret-of-onekey" },
  states: {
    pending: { status: "EARLY_RELEASED" },
    confirming: { status: "FOR_REVIEW" },
    refunding: { status: "COMPLETED", refunded: true },
    paid: { status: "COMPLETED" },
    failed: { status: "DECLINED" },
    canceled: { status: "CANCELLED" },
    expired: { status: "EXPIRED" },
  },
  short: { status: "COMPLETED", amount: "1.00" },
  otherPrice: { status: "COMPLETED", currency: "BRL" },
  evil: ["/settings", { evilUrl: "https://pay.evil.example/1" }],
  payments: "payments",
  forge: null,
  wrongRates: [],
  renewsQuotes: false,
  hasClockRule: true,
  hasTestCalls: false,
  signsWebhooks: false,
};
