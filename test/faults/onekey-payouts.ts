import { onekeyBench } from "@/test/providers/onekey";
import { type PayoutSystem, payoutKillsOf } from "./case-payout-kills";

type Cashout = { readonly externalId: string; readonly amount: string };

const { credentials, settings } = onekeyBench;
const system: PayoutSystem = {
  provider: "onekey",
  credentials,
  settings: (url) => settings({ url, ...credentials }),
  coin: "USD",
  receiver: { beneficiary_name: "José", document_id: "848392783", bank_account: "021790064060296642" },
  operation: "cashout",
  list: "/cashouts",
  onceOnly: "payoutId",
  sent: ({ cashouts }) => (cashouts as Cashout[]).map(({ externalId: reference, amount }) => ({ reference, amount })),
};

export const onekeyPayoutKills = payoutKillsOf(system);
