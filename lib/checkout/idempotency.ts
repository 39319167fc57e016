import "server-only";
import { createHash } from "node:crypto";
import { z } from "zod";
import { type OrderId, orderIdSchema } from "@/lib/orders/order";
import type { OrderStore } from "@/lib/orders/order-store";

/** A key that the client chose, and what the request with it said: the same key with other words is a conflict. */
export type IdempotencyKey = { readonly key: string; readonly fingerprint: string };

const KEY_TTL_MS = 24 * 60 * 60 * 1000;

const claimSchema = z.object({ orderId: orderIdSchema, fingerprint: z.string() });

export type OrderIdClaim =
  | { readonly outcome: "ours"; readonly orderId: OrderId }
  | { readonly outcome: "taken"; readonly orderId: OrderId }
  | { readonly outcome: "conflict" };

/** Ties a key to an order id, atomically: of parallel requests with one key a single one gets to open the order. */
export async function claimOrderId(options: {
  store: OrderStore;
  key: IdempotencyKey | null;
  orderId: OrderId;
  now: number;
}): Promise<OrderIdClaim> {
  const { store, key, orderId, now } = options;
  if (key === null) return { outcome: "ours", orderId };
  const claim = await store.claim({ key: claimName(key), value: claimValue(key, orderId), ttlMs: KEY_TTL_MS, now });
  if (claim.claimed) return { outcome: "ours", orderId };
  const held = claimSchema.parse(JSON.parse(claim.value));
  if (held.fingerprint !== key.fingerprint) return { outcome: "conflict" };
  return { outcome: "taken", orderId: held.orderId };
}

/** Gives the key back when nothing came of it. */
export async function releaseOrderId(options: {
  store: OrderStore;
  key: IdempotencyKey | null;
  orderId: OrderId;
}): Promise<void> {
  const { store, key, orderId } = options;
  if (key !== null) await store.release({ key: claimName(key), value: claimValue(key, orderId) });
}

/** Hashed, so that a key of any length and content makes a well-formed name. */
function claimName({ key }: IdempotencyKey): string {
  return `idempotency:${sha256(key)}`;
}

function claimValue({ fingerprint }: IdempotencyKey, orderId: OrderId): string {
  return JSON.stringify({ orderId, fingerprint });
}

/** The same for equal requests, whatever the order of their fields was. */
export function fingerprintOf(parts: readonly (string | number | boolean | null)[]): string {
  return sha256(JSON.stringify(parts));
}

function sha256(text: string): string {
  return createHash("sha256").update(text).digest("hex");
}
