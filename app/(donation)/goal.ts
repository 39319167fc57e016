import { shortMoney } from "@/components/money-text";
import { formatAmount, parseAmount } from "@/lib/money/amount";
import { plainAmount } from "@/lib/money/amount-grammar";
import type { Currency } from "@/lib/money/currency";
import { fill } from "@/messages/fill";
import type { SiteConfig } from "@/site.config";
import { donationWords } from "./words";

type GoalConfig = NonNullable<SiteConfig["goal"]>;

/** How far the goal is. Amounts are decimal strings in major units of the shop's currency. */
export type Progress = {
  readonly label: string;
  readonly raised: string;
  readonly goal: string;
  readonly currency: Currency;
  /** Rounded down, so that 100 means reached; more than 100 beyond it. */
  readonly percent: number;
};

/** The first day that counts, as the store names days (UTC); null for all. Pure. */
export function countsFrom(reset: GoalConfig["reset"], now: number): string | null {
  const today = new Date(now).toISOString();
  if (reset === "month") return `${today.slice(0, "2026-11".length)}-01`;
  return reset === "year" ? `${today.slice(0, "2026".length)}-01-01` : null;
}

type Total = { readonly currency: Currency; readonly minor: number; readonly testStore: boolean };
type Counted = Pick<Total, "currency" | "testStore">;

/**
 * Pure. Null where the amount in `site.config.ts` is none in this currency. What was paid in another currency does not count,
 * nor in a test store before the shop went live.
 */
export function progressOf(
  config: GoalConfig,
  { currency, testStore }: Counted,
  totals: readonly Total[],
): Progress | null {
  const target = parseAmount(plainAmount(config.amount, currency), currency);
  if (!target.ok || target.minor <= 0) return null;
  const own = totals.filter((total) => total.currency === currency && total.testStore === testStore);
  const raised = own.reduce((sum, { minor }) => sum + BigInt(minor), 0n);
  const countable = raised > Number.MAX_SAFE_INTEGER ? BigInt(Number.MAX_SAFE_INTEGER) : raised;
  return {
    label: config.label,
    raised: formatAmount({ currency, minor: Number(countable) }),
    goal: formatAmount({ currency, minor: target.minor }),
    currency,
    percent: Number((countable * 100n) / BigInt(target.minor)),
  };
}

/** "23 of 500 (4%)", with both as amounts of money. */
export function progressText({ raised, goal, currency, percent }: Progress, language: string): string {
  const money = (amount: string) => shortMoney(amount, { currency, language });
  const amounts = fill(donationWords(language).raised, { raised: money(raised), goal: money(goal) });
  return `${amounts} (${percentText(percent, language)})`;
}

export function percentText(percent: number, language: string): string {
  return new Intl.NumberFormat(language, { style: "percent" }).format(percent / 100);
}
