import { CURRENCIES } from "@/lib/money/currency";
import type { PublishedFee } from "../provider";

/**
 * 0.6 %, at least 0.10 US dollars: what was published in June 2026 (§11). It is a price and no part of the protocol,
 * so it only makes an estimate for the merchant.
 */
const PER_THOUSAND = 6;
const LEAST_US_CENTS = 10;

export const publishedFee: PublishedFee = {
  estimate({ currency, minor }, payments = 1) {
    const share = Math.ceil((minor * PER_THOUSAND) / 1_000);
    // What the least is in other currencies is not known.
    return CURRENCIES[currency].usd === "1" ? Math.max(share, LEAST_US_CENTS * payments) : share;
  },
  source:
    "This assumes the fee that AllScale published in June 2026: 0.6 %, at least 0.10 USD (what the least is in other currencies is not known). The dashboard shows yours.",
};
