import { z } from "zod";
import { decimalSchema } from "@/lib/orders/order";
import { lenient } from "../parsing";
import { describeChain } from "./wire";

const payoutIdSchema = z
  .string()
  .max(200)
  .regex(/^[!-~]+$/);
/** The payload of a payout (§12). The link and its token are in the first answer only; the token is in the link. */
export const payoutSchema = z.object({
  claim_link_id: payoutIdSchema,
  reference_id: z.string().min(1).max(200),
  amount: decimalSchema,
  token_symbol: z.string().min(1).max(20),
  status: z.string().min(1).max(60),
  claim_url: lenient(z.string()),
});
export const canceledPayoutSchema = z.object({ claim_link_id: payoutIdSchema, status: z.string().min(1).max(60) });

/** The body of a webhook about a payout (§12), as far as every such event has it. */
export const payoutEventSchema = payoutSchema.omit({ status: true, claim_url: true }).extend({
  event: z.string().min(1).max(60),
  webhook_id: z.string().min(1).max(200),
  claim_tx_hash: lenient(z.string().min(1).max(200)),
});

/** Where payouts can be sent (§11), by the word of the setting. Their numbers are not EIP-155 ids. */
export const PAYOUT_CHAINS = {
  ethereum: { id: 1, chainId: 1 },
  base: { id: 5, chainId: 8453 },
  bnb: { id: 6, chainId: 56 },
  arbitrum: { id: 7, chainId: 42161 },
  polygon: { id: 8, chainId: 137 },
  optimism: { id: 9, chainId: 10 },
  sepolia: { id: 11, chainId: 11155111 },
} as const;
export type PayoutChain = keyof typeof PAYOUT_CHAINS;

export const networkOf = (chain: PayoutChain) =>
  describeChain(PAYOUT_CHAINS[chain].chainId, undefined).network ?? chain;

/** The opposite of `networkOf`, as stored with a refund. */
export function payoutChainOf(network: string | null): PayoutChain | null {
  return (Object.keys(PAYOUT_CHAINS) as PayoutChain[]).find((chain) => networkOf(chain) === network) ?? null;
}
