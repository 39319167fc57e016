import { sha256Hex } from "./signing";

export interface Chain {
  readonly id: number;
  readonly name: string;
}

/** The checkout chains of §11, by their EIP-155 number. */
export const chains: readonly Chain[] = [
  { id: 8453, name: "Base" },
  { id: 1, name: "Ethereum" },
  { id: 10, name: "Optimism" },
  { id: 56, name: "BNB Chain" },
  { id: 137, name: "Polygon" },
  { id: 42161, name: "Arbitrum" },
];

export const defaultChainId = 8453;

/**
 * A made-up contract address, the same one each time for a coin on a chain.
 * AllScale publishes none (§11), and a real one could send somebody's money to it.
 */
export function contractAddress(coinSymbol: string, chainId: number): string {
  return madeUpAddress(`contract:${coinSymbol}:${chainId}`);
}

/** An address shaped like an EVM one that nobody holds the key of. */
export function madeUpAddress(seed: string): string {
  return `0x${sha256Hex(Buffer.from(`allscale-emulator:${seed}`)).slice(0, 40)}`;
}

/** A transaction hash shaped like an EVM one that is on no chain. */
export function madeUpTransactionHash(seed: string): string {
  return `0x${sha256Hex(Buffer.from(`allscale-emulator:tx:${seed}`))}`;
}
