import { scryptSync } from "node:crypto";

const BYTES = 32;
/** Some 50 ms and 16 MB each. */
const COST = 2 ** 14;

let last: { readonly secret: string; readonly key: Buffer } | null = null;

/**
 * What to sign with in place of a secret that a person may have made up. A signature tells its holder whether a guess is
 * right, and so does our answer to a signature that was made with a guess, as often as a stranger likes: each guess takes a
 * while this way. Ours takes it once for each process. Never call it with what a visitor sent.
 */
export function slowKey(secret: string): Buffer {
  if (last?.secret !== secret) last = { secret, key: scryptSync(secret, "checkout admin", BYTES, { N: COST }) };
  return last.key;
}
