import "server-only";
import { redisFaultKind } from "@/lib/redis-client";
import { networkOf } from "./arrival";
import type { Rate } from "./rate";
import { createRedisCounter, type RedisSettings } from "./redis-counter";

export type RatePolicy = "checkout" | "status" | "sign_in";
export type RefusedBy = "address" | "network" | "store";
export type Refused = { readonly ok: false; readonly by: RefusedBy; readonly retryAfterSeconds: number };
/** `release` undoes the counting, where there was any. */
export type RateDecision = { readonly ok: true; readonly release?: () => Promise<void> } | Refused;

type Caller = { readonly policy: RatePolicy; readonly address: string };

export interface RateLimiter {
  /** Counts one request. Never throws: without its store it counts in this process. A refused request is not counted. */
  take(caller: Caller): Promise<RateDecision>;
  /** A refusal that still holds, from the memory of this process: it asks and writes nothing. */
  recentRefusal(caller: Caller): Refused | null;
  /** How many requests this process has refused since it started. */
  refusals(): Readonly<Record<RefusedBy, number>>;
}

/** What starting a payment is counted against. A repeated idempotency key opens nothing, and costs as much as a look. */
export const startLimit = (limiter: RateLimiter, address: string) => ({
  take: () => limiter.take({ policy: "checkout", address }),
  takeRepeat: () => limiter.take({ policy: "status", address }),
  recentRefusal: () => limiter.recentRefusal({ policy: "checkout", address }),
});

/**
 * Counts one request under all of these names, or under none. The first one that is full refuses, by its index; `waitMs` is
 * how long it stays so, and asking again does not make it longer.
 */
export type Counter = {
  take(
    names: readonly string[],
  ): Promise<{ allowed: true; release: () => Promise<void> } | { allowed: false; index: number; waitMs: number }>;
};

type Gate = {
  readonly by: RefusedBy;
  readonly rate: Rate;
  readonly nameOf: (address: string) => string;
  /** Until when each refused name stays refused, on the clock of this process. */
  readonly refusedUntil: Recent<number>;
};

const REPORT_EVERY_MS = 1_000;
/** Each only saves a question to the store, so the oldest may be forgotten. */
const MAX_REMEMBERED_REFUSALS = 10_000;

/** Gates that are counted in the same place, and so in one step. */
type Stage = { readonly gates: readonly Gate[]; readonly counter: Counter };

/**
 * Each policy passes its gates in order, and the first refusal ends it: what the gates before it had counted is released.
 * So a refused address uses up nothing of its network, and a refused network nothing of the store.
 */
export function createRateLimiter(options: {
  /** Per address. What a network and the whole store may take follows from it. */
  rates: { readonly checkout: Rate; readonly status: Rate };
  redis: RedisSettings | null;
  /** At most once a second for each gate; `count` is how many refusals it stands for. */
  onRefused: (refused: { policy: RatePolicy; by: RefusedBy; count: number }) => void;
  /** Requests that were counted in this process although Redis is set; at most once a second for each reason. */
  onDegraded: (degraded: { reason: string; count: number }) => void;
}): RateLimiter {
  const { rates, redis, onRefused, onDegraded } = options;
  const counts = { address: 0, network: 0, store: 0 };
  const sample = sampled();

  function stage(policy: RatePolicy, shared: boolean, gateRates: Partial<Record<RefusedBy, Rate>>): Stage {
    const gates = GATES.flatMap((by): Gate[] => {
      const rate = gateRates[by];
      if (rate === undefined) return [];
      return [{ by, rate, nameOf: NAME_OF[by], refusedUntil: new Recent(rate.windowMs, MAX_REMEMBERED_REFUSALS / 2) }];
    });
    const gateRatesInOrder = gates.map(({ rate }) => rate);
    const memory = createMemoryCounter(gateRatesInOrder);
    if (redis === null || !shared) return { gates, counter: memory };
    const prefix = `${redis.keyPrefix ?? "checkout:"}rate:${policy}`;
    const counter = createRedisCounter({ redis, prefix, rates: gateRatesInOrder });
    const take: Counter["take"] = (names) =>
      counter.take(names).catch((error: unknown) => {
        const reason = redisFaultKind(error);
        sample(reason, (count) => onDegraded({ reason, count }));
        return memory.take(names);
      });
    return { gates, counter: { take } };
  }

  const ceiling = ceilingOf(rates.checkout);
  const network = shareOf(ceiling, rates.checkout);
  const stages: Record<RatePolicy, readonly Stage[]> = {
    checkout: [stage("checkout", true, { address: rates.checkout, network, store: ceiling })],
    status: [
      stage("status", true, { address: rates.status }),
      // Polls are many and cheap: a second thing to count in Redis for each would cost more than it protects.
      stage("status", false, { network: { ...rates.status, limit: rates.status.limit * 10 } }),
    ],
    sign_in: [stage("sign_in", true, { network: SIGN_INS_OF_NETWORK })],
  };

  const gatesOf = (policy: RatePolicy) => stages[policy].flatMap(({ gates }) => gates);
  const allGates = { checkout: gatesOf("checkout"), status: gatesOf("status"), sign_in: gatesOf("sign_in") };

  function refuse(policy: RatePolicy, by: RefusedBy, waitMs: number): Refused {
    counts[by] += 1;
    sample(`${policy}:${by}`, (count) => onRefused({ policy, by, count }));
    return { ok: false, by, retryAfterSeconds: Math.max(1, Math.ceil(waitMs / 1_000)) };
  }

  function recentRefusal({ policy, address }: Caller): Refused | null {
    const now = performance.now();
    for (const { by, nameOf, refusedUntil } of allGates[policy]) {
      const until = refusedUntil.get(nameOf(address));
      if (until !== undefined && until > now) return refuse(policy, by, until - now);
    }
    return null;
  }

  return {
    recentRefusal,
    refusals: () => ({ ...counts }),
    async take({ policy, address }) {
      const recent = recentRefusal({ policy, address });
      if (recent !== null) return recent;
      const passed: (() => Promise<void>)[] = [];
      const release = async () => void (await Promise.all(passed.map((each) => each())));
      for (const { gates, counter } of stages[policy]) {
        const names = gates.map(({ nameOf }) => nameOf(address));
        const taken = await counter.take(names);
        if (!taken.allowed) {
          const full = gates[taken.index];
          if (full === undefined) throw new Error("A limit refused that is not there.");
          full.refusedUntil.set(full.nameOf(address), performance.now() + taken.waitMs);
          await release();
          return refuse(policy, full.by, taken.waitMs);
        }
        passed.push(taken.release);
      }
      return { ok: true, release };
    },
  };
}

const GATES = ["address", "network", "store"] as const;

const NAME_OF: Record<RefusedBy, (address: string) => string> = {
  address: (address) => address,
  network: networkOf,
  store: () => "all",
};

/** Wrong secrets of the merchant's sign-in, which counts those of an address itself: what five of them may try. */
const SIGN_INS_OF_NETWORK: Rate = { limit: 50, windowMs: 15 * 60_000 };

/** What all addresses together may start: room for twenty busy ones, and never so little that a good day hits it. */
function ceilingOf({ limit, windowMs }: Rate): Rate {
  return { limit: Math.max(100, limit * 20), windowMs };
}

/** What one network may take of the ceiling: a quarter, so that a flood from one of them leaves room for all others. */
function shareOf(ceiling: Rate, { limit, windowMs }: Rate): Rate {
  return { limit: Math.max(limit, Math.floor(ceiling.limit / 4)), windowMs };
}

/** Calls `report` at once for the first event with a key, then at most once a second, with how many events it stands for. */
function sampled(): (key: string, report: (count: number) => void) => void {
  const states = new Map<string, { reportedAt: number; count: number }>();
  return (key, report) => {
    const now = performance.now();
    const state = states.get(key) ?? { reportedAt: Number.NEGATIVE_INFINITY, count: 0 };
    states.set(key, state);
    state.count += 1;
    if (now - state.reportedAt < REPORT_EVERY_MS) return;
    report(state.count);
    state.reportedAt = now;
    state.count = 0;
  };
}

/** Two generations hold at most twice this many names, some 10 MB. */
const MAX_NAMES = 50_000;

/**
 * Values that are of use for one window: kept for that long, forgotten after two, and bounded in number whatever comes.
 * There are no timers, which would each keep the request alive that set them.
 */
class Recent<Value> {
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

type Window = { count: number; readonly endsAt: number };

/** Counts in this process: `limit` requests of a name in the window that its first one opens. */
function createMemoryCounter(rates: readonly Rate[]): Counter {
  const gates = rates.map(({ limit, windowMs }) => {
    const windows = new Recent<Window>(windowMs);
    return { limit, windowMs, windows };
  });

  return {
    async take(names) {
      const now = performance.now();
      const taken: Window[] = [];
      for (const [index, { limit, windowMs, windows }] of gates.entries()) {
        const known = windows.get(names[index] ?? "");
        const window = known !== undefined && known.endsAt > now ? known : { count: 0, endsAt: now + windowMs };
        if (window.count >= limit) return { allowed: false, index, waitMs: window.endsAt - now };
        taken.push(window);
      }
      for (const [index, window] of taken.entries()) {
        if (window.count === 0) gates[index]?.windows.set(names[index] ?? "", window);
        window.count += 1;
      }
      return {
        allowed: true,
        async release() {
          for (const window of taken) window.count -= 1;
        },
      };
    },
  };
}
