import "server-only";
import { createHash, randomInt, randomUUID } from "node:crypto";
import { log } from "@/lib/log";
import { type OrderStore, StoreUnavailableError } from "@/lib/orders/order-store";
import type { RateLimiter } from "@/lib/web/rate-limit";
import { isSameSecret } from "@/lib/web/same-secret";
import { newSession } from "./session";

export const WRONG_TRIES = 10;
export const LOCKED_MS = 15 * 60_000;
/** Places that all addresses with a wrong try share; see `crowdKey`. */
export const REMEMBERED_TRIES = 50;
const APART = 17;

export type SignInResult =
  | { readonly ok: true; readonly cookie: string; readonly hasStore: boolean }
  | { readonly ok: false; readonly refusal: "wrong" }
  | { readonly ok: false; readonly refusal: "locked"; readonly retryAfterSeconds: number };

/**
 * Compares what was typed with the secret, for at most ten wrong tries of an address in 15 minutes. The tries are
 * leases in the order store, so they count for all processes together and outlast a restart. The wrong tries of a network
 * are limited as well, because one customer of a host has thousands of addresses.
 *
 * While wrong tries come from many addresses, each address has one. Not none: the merchant, who types the right secret,
 * gets in however long a flood lasts.
 *
 * Where the store is missing or down, the merchant has to see on `/setup` what is wrong with it, so the process counts.
 */
export async function signIn({ store, clock, limiter }: Parts, attempt: Attempt): Promise<SignInResult> {
  const now = clock.now();
  if (store !== null) {
    try {
      return await signInCounted({ tries: store, limiter }, { ...attempt, now, hasStore: true });
    } catch (error) {
      if (!(error instanceof StoreUnavailableError)) throw error;
      log.error("store_unavailable", error, { page: "sign_in" });
    }
  }
  return await signInCounted({ tries: ofThisProcess, limiter }, { ...attempt, now, hasStore: false });
}

type Parts = {
  readonly store: OrderStore | null;
  readonly clock: { readonly now: () => number };
  readonly limiter: Pick<RateLimiter, "take">;
};
type Attempt = { readonly typed: string; readonly secret: string; readonly address: string };
type Tries = Pick<OrderStore, "acquire" | "leaseValue" | "release">;

async function signInCounted(
  { tries, limiter }: Pick<Parts, "limiter"> & { readonly tries: Tries },
  { typed, secret, address, now, hasStore }: Attempt & { readonly now: number; readonly hasStore: boolean },
): Promise<SignInResult> {
  const value = randomUUID();
  const take = async (key: string) => (await tries.acquire({ key, value, ttlMs: LOCKED_MS, now })).ok;
  const isTaken = async (key: string) => (await tries.leaseValue({ key, now })) !== null;

  const places = Array.from({ length: WRONG_TRIES }, (_, index) => tryKey(address, index));
  // The last place, so that an address that is locked costs one question.
  const isLocked = await isTaken(tryKey(address, WRONG_TRIES - 1));
  // Taken before the comparison: of a thousand tries at once, ten are compared.
  const place = isLocked ? undefined : await first(places, take);
  const anywhere = randomInt(REMEMBERED_TRIES);
  const crowd = [0, 1, 2].map((step) => crowdKey((anywhere + step * APART) % REMEMBERED_TRIES));
  const isCrowded =
    place !== undefined && place !== places[0] && (await Promise.all(crowd.map(isTaken))).every(Boolean);
  if (place === undefined || isCrowded) {
    log.warn("sign_in_locked", { by: isCrowded ? "all" : "address" });
    return { ok: false, refusal: "locked", retryAfterSeconds: LOCKED_MS / 1_000 };
  }
  // After the address, so that one that is locked uses up nothing of its network.
  const ofNetwork = await limiter.take({ policy: "sign_in", address });
  if (!ofNetwork.ok) {
    await tries.release({ key: place, value });
    log.warn("sign_in_locked", { by: ofNetwork.by });
    return { ok: false, refusal: "locked", retryAfterSeconds: ofNetwork.retryAfterSeconds };
  }
  if (isSameSecret(typed, secret)) {
    await Promise.all([tries.release({ key: place, value }), ofNetwork.release?.()]);
    log.info("signed_in");
    return { ok: true, cookie: await newSession(secret, now), hasStore };
  }
  await take(crowdKey(placeOf(address)));
  log.warn("sign_in_refused");
  return { ok: false, refusal: "wrong" };
}

/** About 5 MB. */
const MOST_IN_MEMORY = 20_000;

/** A flood that fills it shuts the door until the oldest tries lapse, because memory must not grow without end. */
export function triesInMemory(most = MOST_IN_MEMORY): Tries {
  const taken = new Map<string, { readonly value: string; readonly until: number }>();
  const current = (key: string, now: number) => {
    const found = taken.get(key);
    return found !== undefined && found.until > now ? found.value : null;
  };
  return {
    async acquire({ key, value, ttlMs, now }) {
      // All last equally long, so the first to lapse come first.
      for (const [each, { until }] of taken) {
        if (until > now) break;
        taken.delete(each);
      }
      const holder = current(key, now);
      if (holder !== null || taken.size >= most) return { ok: false, value: holder ?? "" };
      taken.set(key, { value, until: now + ttlMs });
      return { ok: true };
    },
    leaseValue: async ({ key, now }) => current(key, now),
    async release({ key, value }) {
      if (taken.get(key)?.value === value) taken.delete(key);
    },
  };
}

/** Only the route of the sign-in uses it, so it exists once. */
const ofThisProcess = triesInMemory();

/** Addresses are personal data, so only their hash is kept. */
const tryKey = (address: string, index: number) =>
  `sign-in:${createHash("sha256").update(address).digest("base64url")}:${index}`;

/**
 * A wrong try takes the place of its address, one of fifty. Where three places are all taken, many addresses have tried
 * in the last 15 minutes: a sample in place of a counter, which the store does not have. One address never is a crowd.
 */
export const crowdKey = (index: number) => `sign-in:all:${index}`;

const placeOf = (address: string) => createHash("sha256").update(address).digest().readUInt32BE() % REMEMBERED_TRIES;

async function first(keys: readonly string[], take: (key: string) => Promise<boolean>): Promise<string | undefined> {
  for (const key of keys) if (await take(key)) return key;
  return undefined;
}
