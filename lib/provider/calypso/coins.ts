import { parseDecimal } from "@/lib/money/decimal";
import type { Transaction } from "@/lib/orders/order";

type Evm = { readonly chainId: number; readonly contract: string; readonly decimals: number };
type Coin = {
  readonly coin: string;
  readonly network: string;
  readonly explorer: string;
  /** For a wallet that reads EIP-681; null where no such standard exists. */
  readonly evm: Evm | null;
};

const ethereum = (coin: string, contract: string, decimals = 6): Coin => {
  return { coin, network: "Ethereum", explorer: "https://etherscan.io/tx/", evm: { chainId: 1, contract, decimals } };
};
const tron = (coin: string): Coin => ({
  coin,
  network: "TRON",
  explorer: "https://tronscan.org/#/transaction/",
  evm: null,
});

/** The currencies of the API that are worth a US dollar (§2.3): an amount in any other could not be checked. */
export const COINS = {
  USDT: ethereum("USDT", "0xdAC17F958D2ee523a2206206994597C13D831ec7"),
  USDT_TRX: tron("USDT"),
  USDT_MATIC: {
    coin: "USDT",
    network: "Polygon",
    explorer: "https://polygonscan.com/tx/",
    evm: { chainId: 137, contract: "0xc2132D05D31c914a87C6611C10748AEb04B58e8F", decimals: 6 },
  },
  USDT_BSC: {
    coin: "USDT",
    network: "BNB Chain",
    explorer: "https://bscscan.com/tx/",
    evm: { chainId: 56, contract: "0x55d398326f99059fF775485246999027B3197955", decimals: 18 },
  },
  USDC: ethereum("USDC", "0xA0b86991c6218b36c1d19D4a2e9Eb0cE3606eB48"),
  USDC_TRX: tron("USDC"),
  DAI: ethereum("DAI", "0x6B175474E89094C44Da98b954EedeAC495271d0F", 18),
} as const satisfies Record<string, Coin>;
export type CalypsoCoin = keyof typeof COINS;

export const isCoin = (name: string): name is CalypsoCoin => Object.hasOwn(COINS, name);

/** A link that fills a wallet's form: a transfer of tokens by EIP-681. Null where the chain has no such link. */
export function walletUri(name: CalypsoCoin, { address, amount }: { address: string; amount: string }): string | null {
  const { evm } = COINS[name];
  const parsed = parseDecimal(amount);
  if (evm === null || parsed === null || !/^0x[0-9a-fA-F]{40}$/.test(address)) return null;
  const { chainId, contract, decimals } = evm;
  const [whole = "", fraction = ""] = amount.split(".");
  if (fraction.length > decimals) return null;
  const units = BigInt(whole + fraction.padEnd(decimals, "0"));
  return `ethereum:${contract}@${chainId}/transfer?address=${address}&uint256=${units}`;
}

/** Where a transaction was made. A currency of Calypso names its chain, and there are no test coins. */
export function describeTransaction(name: string, hash: string | undefined): Transaction {
  if (!isCoin(name)) return { chain: "unknown", coin: name, ...(hash !== undefined && { hash }) };
  const { coin, network, explorer, evm } = COINS[name];
  const isHash = hash !== undefined && /^(0x)?[0-9a-fA-F]{64}$/.test(hash);
  return {
    chain: "main",
    network,
    coin,
    ...(evm !== null && { chainId: evm.chainId }),
    ...(hash !== undefined && { hash }),
    ...(isHash && { explorerUrl: `${explorer}${hash}` }),
  };
}

/** "USDT" for "USDT_TRX"; another currency keeps its name, so that it is never taken for an accepted coin. */
export const coinOf = (name: string) => (isCoin(name) ? COINS[name].coin : name);
