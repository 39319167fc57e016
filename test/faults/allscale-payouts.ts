import { type PayoutSystem, payoutKillsOf } from "./case-payout-kills";

type ClaimLink = { readonly reference_id: string; readonly amount: string };

const system: PayoutSystem = {
  provider: "allscale",
  credentials: { apiKey: "st_key_payouts", apiSecret: "st_secret_payouts" },
  settings: (url) => ({
    ALLSCALE_API_KEY: "st_key_payouts",
    ALLSCALE_API_SECRET: "st_secret_payouts",
    ALLSCALE_BASE_URL: url,
    ALLSCALE_PAYOUT_CHAIN: "base",
  }),
  coin: "USDT",
  receiver: {},
  operation: "payout",
  list: "/claim_links?limit=100000",
  onceOnly: "claimUrl",
  sent: ({ claim_links }) =>
    (claim_links as ClaimLink[]).map(({ reference_id: reference, amount }) => ({ reference, amount })),
};

export const allscalePayoutKills = payoutKillsOf(system);
