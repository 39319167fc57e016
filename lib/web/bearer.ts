import { createHash, timingSafeEqual } from "node:crypto";

/**
 * Whether the request carries this bearer token. Both sides are hashed first: the comparison takes constant time, and
 * digests are of equal length whatever was sent.
 */
export function hasBearer(headers: Headers, secret: string): boolean {
  const sent = /^Bearer (.+)$/i.exec(headers.get("authorization") ?? "")?.[1];
  return sent !== undefined && timingSafeEqual(digest(sent), digest(secret));
}

function digest(text: string): Buffer {
  return createHash("sha256").update(text).digest();
}
