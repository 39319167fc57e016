// A file of its own: the settings are part of every function, and the limiter brings its Redis client along.

export type Rate = { readonly limit: number; readonly windowMs: number };

const UNIT_MS = { s: 1_000, m: 60_000, h: 3_600_000 } as const;
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
