import "server-only";
import { type OrderStore, StoreUnavailableError } from "@/lib/orders/order-store";
import type { SettingProblem } from "@/lib/settings";
import { proxyWarning } from "./arrival";
import type { RateLimiter } from "./rate-limit";
import { type RefusalResult, refuse } from "./refusals";

export type Health =
  | {
      readonly ok: true;
      readonly body: {
        readonly status: "ok";
        readonly store: "sqlite" | "redis";
        readonly provider: string;
        readonly warnings?: readonly SettingProblem[];
        /** Requests that this process refused since it started, by whose limit was reached. */
        readonly refused: ReturnType<RateLimiter["refusals"]>;
      };
    }
  | RefusalResult;

type Parts = {
  readonly settings: {
    readonly problems: readonly SettingProblem[];
    readonly warnings: readonly SettingProblem[];
    readonly opener: { readonly name: string } | null;
    readonly store: { readonly kind: "sqlite" } | { readonly kind: "redis"; readonly urlName: string } | null;
  };
  readonly flow: { readonly store: OrderStore } | null;
  readonly limiter: RateLimiter;
};

/** Anyone may ask, and a check of the store writes to the disk. */
const CACHED_FOR_MS = 5_000;

/** What `/api/health` answers, at most five seconds old. */
export const checkHealth = cachedFor(CACHED_FOR_MS, workOutHealth);

/** Whether this deployment can take payments: its settings, and a store that answers. Asks nothing of the provider. */
export async function workOutHealth({ settings, flow, limiter }: Parts): Promise<Health> {
  const { problems, opener } = settings;
  if (problems.length > 0 || flow === null || opener === null) return refused("not_configured", problems);
  try {
    await flow.store.check();
  } catch (error) {
    if (!(error instanceof StoreUnavailableError)) throw error;
    const name = settings.store?.kind === "redis" ? settings.store.urlName : "ORDER_DATABASE";
    return refused("store_unavailable", [{ name, problem: `cannot be used: ${error.message}` }]);
  }
  const proxy = proxyWarning();
  const warnings = proxy === null ? settings.warnings : [...settings.warnings, proxy];
  const body = { status: "ok", store: flow.store.kind, provider: opener.name, refused: limiter.refusals() } as const;
  return { ok: true, body: warnings.length > 0 ? { ...body, warnings } : body };
}

/** Works at most once in this time and answers the same in between. Those who ask while it works wait for its answer. */
export function cachedFor<Input, Result>(
  ms: number,
  work: (input: Input) => Promise<Result>,
): (input: Input) => Promise<Result> {
  let latest: { readonly startedAt: number; readonly result: Promise<Result> } | null = null;
  return (input) => {
    const now = performance.now();
    if (latest === null || now - latest.startedAt >= ms) latest = { startedAt: now, result: work(input) };
    return latest.result;
  };
}

function refused(code: "not_configured" | "store_unavailable", problems: readonly SettingProblem[]): Health {
  const errors = problems.map(({ name, problem }) => ({ field: name, message: problem }));
  const detail = errors.map(({ field, message }) => `${field} ${message}.`).join(" ");
  return refuse({ code, detail, errors });
}
