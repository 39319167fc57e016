import type { RateLimit } from "./settings";

interface Window {
  startedAtMs: number;
  count: number;
}

/** Counts requests by operation in windows that start with their first request, on the emulated clock. */
export class RateLimiter {
  readonly #windows = new Map<string, Window>();

  /** Milliseconds until the next request is allowed, or null when this one is. */
  take(name: string, { limit, windowMs }: RateLimit, nowMs: number): number | null {
    const window = this.#windows.get(name);
    if (window === undefined || nowMs >= window.startedAtMs + windowMs) {
      this.#windows.set(name, { startedAtMs: nowMs, count: 1 });
      return null;
    }
    if (window.count >= limit) return window.startedAtMs + windowMs - nowMs;
    window.count += 1;
    return null;
  }

  clear(): void {
    this.#windows.clear();
  }
}
