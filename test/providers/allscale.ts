import type { ProviderBench } from "./bench";

/** AllScale beside its emulator. */
export const allscaleBench: ProviderBench = {
  title: "AllScale",
  name: "allscale",
  credentials: { apiKey: "st_canary_key", apiSecret: "st_canary_allscale_secret" },
  settings: ({ url, apiKey, apiSecret }) => ({
    ALLSCALE_API_KEY: apiKey,
    ALLSCALE_API_SECRET: apiSecret,
    ALLSCALE_BASE_URL: url,
  }),
  secrets: ["st_canary_allscale_secret"],
  wrongSecret: { ALLSCALE_API_SECRET: "st_another_secret_of_allscale" },
  states: {
    pending: { status: 1 },
    confirming: { status: 10 },
    review: { status: 4 },
    refunding: { status: 5 },
    underpaid: { status: -3 },
    rejected: { status: -2 },
    failed: { status: -1 },
    canceled: { status: -4 },
    expired: { status: -5 },
    paid: { status: 20 },
  },
  short: { status: 20, amount_coins: "1.000000" },
  otherPrice: { status: 20, amount_cents: 100 },
  evil: ["/faults", { op: "create", kind: "evil_url", times: 1 }],
  payments: "intents",
  forge: ["/faults", { op: "webhook", kind: "bad_signature", times: 1 }],
  wrongRates: [["/faults", { op: "create", kind: "amount_x100", times: 1 }]],
  renewsQuotes: false,
  hasClockRule: true,
  hasTestCalls: true,
  signsWebhooks: true,
};
