import type { ProviderBench } from "./bench";

/** Koinal beside its emulator. */
export const koinalBench: ProviderBench = {
  title: "Koinal",
  name: "koinal",
  credentials: { apiKey: "1000", apiSecret: "canary-koinal-secret" },
  settings: ({ url, apiKey, apiSecret }) => ({
    KOINAL_MERCHANT_CODE: apiKey,
    KOINAL_SECRET: apiSecret,
    KOINAL_CALLBACK_SECRET: "koinal_callback_secret",
    KOINAL_BASE_URL: url,
    KOINAL_CRYPTOCURRENCY: "USDC",
    KOINAL_WALLET_ADDRESS: "0x00000000000000000000000000000000000000aa",
  }),
  secrets: ["canary-koinal-secret", "koinal_callback_secret"],
  wrongSecret: { KOINAL_SECRET: "another-secret-of-koinal" },
  states: {
    pending: { status: "PENDING" },
    confirming: { status: "PROCESSING" },
    paid: { status: "COMPLETED" },
    failed: { status: "DECLINED" },
    canceled: { status: "CANCELED" },
    expired: { status: "EXPIRED" },
  },
  short: { status: "COMPLETED", coin_amount: "1.00000000" },
  otherPrice: { status: "COMPLETED", amount: "1.00" },
  evil: ["/settings", { evilUrl: "https://pay.evil.example/1" }],
  payments: "payments",
  forge: null,
  wrongRates: [
    ["/settings", { rate: "0.0100" }],
    ["/settings", { rate: "100.0000" }],
  ],
  renewsQuotes: false,
  hasClockRule: false,
  hasTestCalls: false,
  signsWebhooks: true,
};
