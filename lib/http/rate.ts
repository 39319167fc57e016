export type Rate = { readonly limit: number; readonly windowMs: number };

/** Counts requests by name. `resetMs` is when all of the limit is free again; a refused request does not put it off. */
export interface Counter {
  take(name: string): Promise<{ allowed: boolean; resetMs: number }>;
}

const UNIT_MS = { s: 1_000, m: 60_000, h: 3_600_000 } as const;

/** Timers take no more than about 24 days, and nobody means more than one. */
const MAX_WINDOW_MS = 24 * UNIT_MS.h;

/** "5/60s" is 5 in 60 seconds; s, m and h are known. Null for anything else, zero and more than a day included. */
export function parseRate(text: string): Rate | null {
  const match = /^(\d{1,6})\/(\d{1,6})(s|m|h)$/.exec(text.trim());
  if (!match) return null;
  const [, limitText, countText, unit] = match;
  const limit = Number(limitText);
  const windowMs = Number(countText) * UNIT_MS[unit as keyof typeof UNIT_MS];
  return limit > 0 && windowMs > 0 && windowMs <= MAX_WINDOW_MS ? { limit, windowMs } : null;
}
