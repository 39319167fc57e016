import type { Counter, Rate } from "./rate-limit";

/** Two generations hold at most twice this many names, some 10 MB. */
const MAX_NAMES = 50_000;

/**
 * Values that are of use for one window: kept for that long, forgotten after two, and bounded in number whatever comes.
 * There are no timers, which would each keep the request alive that set them.
 */
export class Recent<Value> {
  #older = new Map<string, Value>();
  #newer = new Map<string, Value>();
  #since = performance.now();

  constructor(
    private readonly windowMs: number,
    private readonly maxNames = MAX_NAMES,
  ) {}

  get(name: string): Value | undefined {
    return this.#newer.get(name) ?? this.#older.get(name);
  }

  set(name: string, value: Value): void {
    const now = performance.now();
    if (now - this.#since >= this.windowMs || this.#newer.size >= this.maxNames) {
      this.#older = this.#newer;
      this.#newer = new Map();
      this.#since = now;
    }
    this.#newer.set(name, value);
  }
}

/** Counts in this process: `limit` requests of a name in the window that its first one opens. */
export function createMemoryCounter({ limit, windowMs }: Rate): Counter {
  const windows = new Recent<{ count: number; readonly endsAt: number }>(windowMs);

  return {
    async take(name) {
      const now = performance.now();
      const known = windows.get(name);
      const window = known !== undefined && known.endsAt > now ? known : { count: 0, endsAt: now + windowMs };
      if (window.count >= limit) return { allowed: false, waitMs: window.endsAt - now };
      if (window !== known) windows.set(name, window);
      window.count += 1;
      return {
        allowed: true,
        async giveBack() {
          window.count -= 1;
        },
      };
    },
  };
}
