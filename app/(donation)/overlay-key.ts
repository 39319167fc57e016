import { createHash, createHmac, timingSafeEqual } from "node:crypto";
import { slowKey } from "@/lib/slow-key";

/** Opens the overlay and nothing else, so that a stream's software need not know the merchant's secret. Another secret is another key. */
export function overlayKey(adminSecret: string): string {
  return createHmac("sha256", slowKey(adminSecret)).update("overlay").digest("base64url");
}

/** In constant time: digests are of equal length, whatever was sent. */
export function isOverlayKey(sent: string, adminSecret: string): boolean {
  const digest = (text: string) => createHash("sha256").update(text).digest();
  return timingSafeEqual(digest(sent), digest(overlayKey(adminSecret)));
}
