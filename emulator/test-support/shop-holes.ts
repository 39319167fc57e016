/** The checks a receiver can forget, by the line of the matrix that finds it. */
export const shopHoles = [
  "valid",
  "unsigned",
  "wrong-secret",
  "one-byte-changed",
  "query-added",
  "too-new-by-301-s",
  "too-old-by-301-s",
  "id-mismatch",
  "short-signature",
  "too-large",
  "delivered-twice",
  "twenty-at-once",
  "unknown-order",
  "amount-short",
  "other-currency",
] as const;
export type ShopHole = (typeof shopHoles)[number];
