import fc from "fast-check";
import { expect, test } from "vitest";
import { type CalypsoCoin, COINS, coinOf, describeTransaction, walletUri } from "./coins";

const address = "0x00000000000000000000000000000000000000aa";

test("a wallet's link asks for exactly the amount, in the units of the token", () => {
  const amounts = fc.record({ whole: fc.nat(), fraction: fc.stringMatching(/^\d{1,6}$/) });
  const evm = (Object.keys(COINS) as CalypsoCoin[]).filter((name) => COINS[name].evm !== null);
  expect(evm.length).toBeGreaterThan(3);
  fc.assert(
    fc.property(fc.constantFrom(...evm), amounts, (name, { whole, fraction }) => {
      const uri = walletUri(name, { address, amount: `${whole}.${fraction}` }) ?? "";
      const decimals = COINS[name].evm?.decimals ?? 0;
      const [, units = ""] = /uint256=(\d+)$/.exec(uri) ?? [];
      expect(BigInt(units)).toBe(BigInt(`${whole}${fraction.padEnd(decimals, "0")}`));
      expect(uri).toContain(`${COINS[name].evm?.contract}@${COINS[name].evm?.chainId}/transfer?address=${address}&`);
    }),
  );
});

test("there is no link where it would be wrong", () => {
  expect(walletUri("USDT_TRX", { address: "TXYZ", amount: "5" })).toBeNull();
  expect(walletUri("USDT", { address: "0x1", amount: "5" })).toBeNull();
  expect(walletUri("USDT", { address, amount: "5.0000001" })).toBeNull();
  expect(walletUri("USDT", { address, amount: "-5" })).toBeNull();
});

test("another currency is never taken for a dollar coin", () => {
  expect(coinOf("USDT_TRX")).toBe("USDT");
  expect(coinOf("BTC")).toBe("BTC");
  expect(coinOf("constructor")).toBe("constructor");
  expect(describeTransaction("BTC", "ab")).toEqual({ chain: "unknown", coin: "BTC", hash: "ab" });
});
