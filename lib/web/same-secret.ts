import { createHash, timingSafeEqual } from "node:crypto";

/** In constant time, for every length: both sides are hashed first, and digests are equally long. */
export function isSameSecret(sent: string, secret: string): boolean {
  const digest = (text: string) => createHash("sha256").update(text).digest();
  return timingSafeEqual(digest(sent), digest(secret));
}

/** Whether the request carries this bearer token. */
export function hasBearer(headers: Headers, secret: string): boolean {
  const sent = /^Bearer (.+)$/i.exec(headers.get("authorization") ?? "")?.[1];
  return sent !== undefined && isSameSecret(sent, secret);
}
