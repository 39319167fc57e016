import { createHash, timingSafeEqual } from "node:crypto";

/** In constant time, for every length: both sides are hashed first, and digests are equally long. */
export function isSameSecret(sent: string, secret: string): boolean {
  const digest = (text: string) => createHash("sha256").update(text).digest();
  return timingSafeEqual(digest(sent), digest(secret));
}
