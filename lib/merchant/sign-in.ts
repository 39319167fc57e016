import "server-only";
import { createHash, randomInt, randomUUID } from "node:crypto";
import type { Flow } from "@/lib/checkout/flow";
import { log } from "@/lib/log";
import { isSecret, newSession } from "./session";

export const WRONG_TRIES = 10;
export const LOCKED_MS = 15 * 60_000;
/** Places that all addresses with a wrong try share; see `crowdKey`. */
export const REMEMBERED_TRIES = 50;
const APART = 17;

export type SignInResult =
  | { readonly ok: true; readonly cookie: string }
  | { readonly ok: false; readonly refusal: "wrong" }
  | { readonly ok: false; readonly refusal: "locked"; readonly retryAfterSeconds: number };

/**
 * Compares what was typed with the secret, for at most ten wrong tries of an address in 15 minutes. The tries are leases in
 * the order store, so they count for all processes together and outlast a restart.
 *
 * While wrong tries come from many addresses, each address has one. Not none: the merchant, who types the right secret,
 * gets in however long a flood lasts.
 */
export async function signIn(
  { store, clock }: Pick<Flow, "store" | "clock">,
  { typed, secret, address }: { typed: string; secret: string; address: string },
): Promise<SignInResult> {
  const now = clock.now();
  const value = randomUUID();
  const take = async (key: string) => (await store.acquire({ key, value, ttlMs: LOCKED_MS, now })).ok;
  const isTaken = async (key: string) => (await store.holder({ key, now })) !== null;

  const places = Array.from({ length: WRONG_TRIES }, (_, index) => tryKey(address, index));
  // The last place, so that an address that is locked costs one question.
  const isLocked = await isTaken(tryKey(address, WRONG_TRIES - 1));
  // Taken before the comparison: of a thousand tries at once, ten are compared.
  const place = isLocked ? undefined : await first(places, take);
  const anywhere = randomInt(REMEMBERED_TRIES);
  const crowd = [0, 1, 2].map((step) => crowdKey((anywhere + step * APART) % REMEMBERED_TRIES));
  const isCrowded = place !== undefined && place !== places[0] && (await every(crowd, isTaken));
  if (place === undefined || isCrowded) {
    log.warn("sign_in_locked", { by: isCrowded ? "all" : "address" });
    return { ok: false, refusal: "locked", retryAfterSeconds: LOCKED_MS / 1_000 };
  }
  if (isSecret(typed, secret)) {
    await store.release({ key: place, value });
    log.info("signed_in");
    return { ok: true, cookie: await newSession(secret, now) };
  }
  await take(crowdKey(placeOf(address)));
  log.warn("sign_in_refused");
  return { ok: false, refusal: "wrong" };
}

/** Addresses are personal data, so only their hash is kept. */
const tryKey = (address: string, index: number) =>
  `sign-in:${createHash("sha256").update(address).digest("base64url")}:${index}`;

/**
 * A wrong try takes the place of its address, one of fifty. Where three places are all taken, many addresses have tried in
 * the last 15 minutes: a sample in place of a counter, which the store does not have. One address never is a crowd.
 */
export const crowdKey = (index: number) => `sign-in:all:${index}`;

const placeOf = (address: string) => createHash("sha256").update(address).digest().readUInt32BE() % REMEMBERED_TRIES;

type Question = (key: string) => Promise<boolean>;

async function first(keys: readonly string[], holds: Question): Promise<string | undefined> {
  for (const key of keys) if (await holds(key)) return key;
  return undefined;
}

async function every(keys: readonly string[], holds: Question): Promise<boolean> {
  return (await Promise.all(keys.map(holds))).every((held) => held);
}
