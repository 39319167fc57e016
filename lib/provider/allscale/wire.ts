import { z } from "zod";
import { CURRENCIES, type Currency, isStablecoin, type Money, type Stablecoin } from "@/lib/money/currency";
import type { PaymentObservation } from "@/lib/orders/observation";
import { decimalSchema, paymentIdSchema, type Transaction } from "@/lib/orders/order";
import type { PaymentStatus } from "@/lib/orders/status";
import { checkCheckoutUrl } from "../checkout-url";
import { lenient, optional } from "../parsing";

export const NAME = "allscale";
export const LABEL = "AllScale";

/** As sources of a `form-action` directive. */
export const CHECKOUT_SOURCES = ["https://allscale.io", "https://*.allscale.io"] as const;

/** https on allscale.io and its subdomains. */
export function checkAllScaleUrl(text: string, baseUrl: string) {
  const isProvider = (hostname: string) => hostname === "allscale.io" || hostname.endsWith(".allscale.io");
  return checkCheckoutUrl(text, { baseUrl, isProvider });
}

export type KnownStatus = { readonly name: string; readonly status: PaymentStatus };

/** By AllScale's number (§6). */
const STATUSES = new Map<number, KnownStatus>([
  [-5, { name: "TIMEOUT", status: "expired" }],
  [-4, { name: "CANCELED", status: "canceled" }],
  [-3, { name: "UNDERPAID", status: "underpaid" }],
  [-2, { name: "REJECTED", status: "rejected" }],
  [-1, { name: "FAILED", status: "failed" }],
  [1, { name: "CREATED", status: "pending" }],
  [2, { name: "PAYING", status: "pending" }],
  [3, { name: "TEMP_WALLET_RECEIVED", status: "pending" }], // A deposit address was assigned; no money came.
  [4, { name: "PENDING_MANUAL_OPERATION", status: "review" }],
  [5, { name: "SEND_BACK", status: "refunding" }],
  [10, { name: "ON_CHAIN", status: "confirming" }], // Money that can still vanish.
  [20, { name: "CONFIRMED", status: "paid" }],
]);
export const CONFIRMED = 20;

/** Null for a number that is not in the protocol: such a report must change nothing. */
export function statusOfNumber(value: number): KnownStatus | null {
  return STATUSES.get(value) ?? null;
}

/** A currency that is added to our own table without its AllScale number is a type error here. */
type Ids<Code extends string> = Readonly<Record<Code, number>>;
type FiatCurrency = Exclude<Currency, Stablecoin>;
const FIAT_IDS: Ids<FiatCurrency> = { USD: 1, AUD: 9, CAD: 27, CNY: 31, EUR: 44, GBP: 48, HKD: 57, JPY: 72, SGD: 126 };
export const STABLECOIN_IDS: Ids<Stablecoin> = { USDT: 1, USDC: 2 };

/** Null for a number that we do not know, the disabled BUSD (3) included. */
export function stablecoinOfId(id: number): Stablecoin | null {
  return keyOf(STABLECOIN_IDS, id);
}

/** AllScale counts every currency in hundredths, those without decimals too (§5): 500 yen are sent as 50000. */
function centsPerMinor(currency: Currency): number {
  return 10 ** (2 - CURRENCIES[currency].exponent);
}

export function maxMinor(currency: Currency): number {
  return Math.floor(Number.MAX_SAFE_INTEGER / centsPerMinor(currency));
}

/** The pricing fields of create (§5): either `currency` or `stable_coin`. Null for a price above `maxMinor`. */
export function pricingFields({ currency, minor }: Money) {
  if (minor > maxMinor(currency)) return null;
  const amount_cents = minor * centsPerMinor(currency);
  if (isStablecoin(currency)) return { stable_coin: STABLECOIN_IDS[currency], amount_cents };
  return { currency: FIAT_IDS[currency], amount_cents };
}

/** In major units. An unknown number becomes a code that is no currency, so that it never matches an order. */
export function priceOfCents(id: number, amountCents: number): { currency: string; amount: string } {
  const currency = keyOf(FIAT_IDS, id);
  const digits = String(amountCents).padStart(3, "0");
  const [whole, cents] = [digits.slice(0, -2), digits.slice(-2)];
  const withoutDecimals = currency !== null && CURRENCIES[currency].exponent === 0 && cents === "00";
  return { currency: currency ?? `allscale:${id}`, amount: withoutDecimals ? whole : `${whole}.${cents}` };
}

function keyOf<Key extends string>(ids: Ids<Key>, id: number): Key | null {
  return (Object.keys(ids) as Key[]).find((key) => ids[key] === id) ?? null;
}

const mainnet = (network: string, explorer: string) => ({ chain: "main", network, explorer }) as const;
const testnet = (network: string, explorer: string) => ({ chain: "test", network, explorer }) as const;

/** By EIP-155 id: the six chains of the checkout (§11), and test networks, whose coins are worth nothing. */
const CHAINS = new Map<number, ReturnType<typeof mainnet | typeof testnet>>([
  [1, mainnet("Ethereum", "etherscan.io")],
  [10, mainnet("OP Mainnet", "optimistic.etherscan.io")],
  [56, mainnet("BNB Chain", "bscscan.com")],
  [137, mainnet("Polygon", "polygonscan.com")],
  [8453, mainnet("Base", "basescan.org")],
  [42161, mainnet("Arbitrum One", "arbiscan.io")],
  [5, testnet("Goerli", "goerli.etherscan.io")],
  [97, testnet("BNB Chain Testnet", "testnet.bscscan.com")],
  [17000, testnet("Holesky", "holesky.etherscan.io")],
  [43113, testnet("Avalanche Fuji", "testnet.snowtrace.io")],
  [80001, testnet("Polygon Mumbai", "mumbai.polygonscan.com")],
  [80002, testnet("Polygon Amoy", "amoy.polygonscan.com")],
  [84532, testnet("Base Sepolia", "sepolia.basescan.org")],
  [421614, testnet("Arbitrum Sepolia", "sepolia.arbiscan.io")],
  [560048, testnet("Hoodi", "hoodi.etherscan.io")],
  [11155111, testnet("Sepolia", "sepolia.etherscan.io")],
  [11155420, testnet("OP Sepolia", "sepolia-optimism.etherscan.io")],
]);

type ChainFacts = Pick<Transaction, "chain" | "chainId" | "network" | "explorerUrl">;

/** With an explorer's URL for a well-formed hash only. */
export function describeChain(chainId: number | undefined, hash: string | undefined): ChainFacts {
  if (chainId === undefined) return { chain: "unknown" };
  const known = CHAINS.get(chainId);
  if (known === undefined) return { chain: "unknown", chainId, network: `Chain ${chainId}` };
  const { explorer, ...facts } = known;
  const isHash = hash !== undefined && /^0x[0-9a-fA-F]{64}$/.test(hash);
  return { ...facts, chainId, ...(isHash && { explorerUrl: `https://${explorer}/tx/${hash}` }) };
}

/** It goes into the path of a signed request, so it is visible ASCII and no dot segment that a URL would swallow. */
const intentIdSchema = paymentIdSchema.refine((id) => /^[!-~]+$/.test(id) && !/^\.+$/.test(id));

/** Clients send an empty text for a missing one, as PHP does, and AllScale repeats it. */
const optionalText = (maxLength: number) => optional(z.string().max(maxLength)).transform((text) => text || undefined);
/** Safe integers only: a larger one has already lost digits in JSON.parse. */
const count = z.int().nonnegative();
const lenientText = lenient(z.string().min(1).max(200));
const digits = z.string().regex(/^\d{1,15}$/);

/** Every answer (§3). Errors came in two shapes with fields missing, so a wrong type counts as missing too. */
export const envelopeSchema = z.object({
  code: lenient(z.int()),
  error_code: lenient(z.int()),
  error_message: lenient(z.string()),
  payload: z.unknown().optional(),
  request_id: lenient(z.string()),
  retry_after: z.unknown().optional(),
  error: lenient(
    z.object({
      code: lenient(z.int()),
      message: lenient(z.string()),
      details: lenient(z.record(z.string(), z.unknown())),
    }),
  ),
});
export type Envelope = z.infer<typeof envelopeSchema>;

const paymentSchema = z.object({
  all_scale_checkout_intent_id: intentIdSchema,
  status: optional(z.int()),
  amount_cents: optional(count),
  currency: optional(count),
  amount_coins: optional(decimalSchema),
  coin_symbol: optionalText(20),
  order_id: optionalText(1_000),
  all_scale_transaction_id: optionalText(200),
  tx_hash: lenientText,
  tx_from: lenientText,
  // It decides whether the coins are worth anything, so a number in quotes is read as well.
  chain_id: lenient(z.union([count, digits.transform(Number)])),
});
type PaymentFields = z.infer<typeof paymentSchema> & { readonly actual_paid_amount?: string | undefined };

/** The payload of create (§5). The other routes spell the id with another underscore. */
export const createdIntentSchema = z.object({
  allscale_checkout_intent_id: intentIdSchema,
  checkout_url: z.string(),
  amount_coins: decimalSchema,
  stable_coin_type: z.int(),
  rate: decimalSchema.nullish().transform((rate) => rate ?? null),
});
export type CreatedIntent = z.infer<typeof createdIntentSchema>;

/** The payload of the status route (§6): a bare integer. Two old clients expect an object, so that is read as well. */
export const statusSchema = z
  .union([z.int(), z.object({ status: z.int() })])
  .transform((payload) => (typeof payload === "number" ? payload : payload.status));

/** The payload of the detail route (§7). The type of `actual_paid_amount` is not documented: a number is read too. */
export const detailSchema = paymentSchema.extend({
  actual_paid_amount: optional(z.union([decimalSchema, z.number().transform(String).pipe(decimalSchema)])),
});
export type IntentDetail = z.infer<typeof detailSchema>;

/** The body of a webhook (§8). Neither a status nor an event is documented. */
export const webhookBodySchema = paymentSchema.extend({
  webhook_id: z.string().min(1).max(200),
  event: optional(z.unknown()),
});
export const pingSchema = z.object({ pong: z.literal("ok") });

/** A report in our terms. */
export function toObservation(status: KnownStatus, fields: PaymentFields): PaymentObservation {
  const { currency, amount_cents: cents, coin_symbol: coin, order_id: orderReference, tx_hash: hash } = fields;
  const { all_scale_transaction_id: transactionId, tx_from: from, chain_id: chainId } = fields;
  const isPaid = status.status === "paid";
  // Before a payment is confirmed, `amount_coins` is only what was asked.
  const received = fields.actual_paid_amount ?? (isPaid ? fields.amount_coins : undefined);
  // Some live reports of native pricing have numbers in the fiat fields (§8), so each half is reported if it is whole.
  const price = currency === undefined || cents === undefined ? null : priceOfCents(currency, cents);
  const coins = coin === undefined || received === undefined ? null : { coin, amount: received };
  // The coin alone is only what was asked, too.
  const isKnown = isPaid || [transactionId, hash, received].some((fact) => fact !== undefined);
  const transaction = {
    ...describeChain(chainId, hash),
    ...(transactionId !== undefined && { transactionId }),
    ...(hash !== undefined && { hash }),
    ...(from !== undefined && { from }),
    ...(coin !== undefined && { coin }),
    ...(received !== undefined && { amount: received }),
    ...(received !== undefined && fields.actual_paid_amount === undefined && { nominal: true }),
  };
  return {
    provider: NAME,
    paymentId: fields.all_scale_checkout_intent_id,
    status: status.status,
    providerStatus: status.name,
    money: price === null && coins === null ? null : { price, coins },
    transaction: isKnown ? transaction : null,
    ...(orderReference !== undefined && { orderReference }),
  };
}

/** Our own test delivery. Strict, so that no body with a field of a payment is taken for it. */
const testWebhookSchema = z.strictObject({ webhook_id: z.string().min(1).max(200), setup_test: z.literal(true) });

/** The id of a test delivery, or null for any other body. */
export function readTestWebhook(json: unknown): string | null {
  return testWebhookSchema.safeParse(json).data?.webhook_id ?? null;
}

/** Tells a body about a payout (§12) from one about a payment, also if bodies about payments get more fields. */
export const payoutNewsSchema = z.object({
  event: z.string(),
  webhook_id: z.string().min(1).max(200),
  all_scale_checkout_intent_id: z.undefined().optional(),
});
export type PayoutNews = z.infer<typeof payoutNewsSchema>;
