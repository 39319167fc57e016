import { createHmac } from "node:crypto";
import { slowKey } from "@/lib/slow-key";
import { isSameSecret } from "@/lib/web/same-secret";

/** Opens the overlay and nothing else, so that a stream's software need not know the merchant's secret. Another secret is another key. */
export function overlayKey(adminSecret: string): string {
  return createHmac("sha256", slowKey(adminSecret)).update("overlay").digest("base64url");
}

export const isOverlayKey = (sent: string, adminSecret: string) => isSameSecret(sent, overlayKey(adminSecret));
