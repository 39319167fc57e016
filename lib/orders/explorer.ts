/** The chains of AllScale's checkout by EIP-155 id (protocol §11). Its payout chain enum is another one and not used here. */
const CHAINS: Readonly<Record<number, { readonly name: string; readonly explorer: string }>> = {
  1: { name: "Ethereum", explorer: "https://etherscan.io" },
  10: { name: "OP Mainnet", explorer: "https://optimistic.etherscan.io" },
  56: { name: "BNB Chain", explorer: "https://bscscan.com" },
  137: { name: "Polygon", explorer: "https://polygonscan.com" },
  8453: { name: "Base", explorer: "https://basescan.org" },
  42161: { name: "Arbitrum One", explorer: "https://arbiscan.io" },
};

const TRANSACTION_HASH = /^0x[0-9a-fA-F]{64}$/;

export function chainName(chainId: number): string {
  return CHAINS[chainId]?.name ?? `Chain ${chainId}`;
}

/** Where a transaction can be looked up; null for a chain we do not know or a hash that is none. */
export function explorerUrl(chainId: number | undefined, hash: string | undefined): string | null {
  const chain = chainId === undefined ? undefined : CHAINS[chainId];
  if (chain === undefined || hash === undefined || !TRANSACTION_HASH.test(hash)) return null;
  return `${chain.explorer}/tx/${hash}`;
}
