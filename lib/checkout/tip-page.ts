import "server-only";
import { randomUUID } from "node:crypto";
import { z } from "zod";
import { CURRENCIES, type Currency } from "@/lib/money/currency";
import { getServices } from "@/lib/services";
import type { SettingProblem } from "@/lib/settings/setting-reader";

export type TipPage =
  | {
      readonly ready: true;
      readonly currency: Currency;
      /** Bounds and presets in minor units. */
      readonly min: number;
      readonly max: number;
      readonly presets: readonly number[];
      /** True where there is one price, which is the least, the most and the only preset. */
      readonly fixed: boolean;
      /** Made when the form is rendered, so that submitting it twice opens one payment. */
      readonly idempotencyKey: string;
    }
  | { readonly ready: false; readonly problems: readonly SettingProblem[] };

const keySchema = z.uuid();

/**
 * What the tip page offers, or what is missing before it can offer anything. For one rendering of the page; `key` is the
 * idempotency key of a form that came back because its outcome was unsure.
 */
export function describeTipPage(key?: unknown): TipPage {
  const { pricing, problems } = getServices().settings;
  if (pricing === null || problems.length > 0) return { ready: false, problems };
  const { currency, min, max, fixed } = pricing;
  const presets = fixed ? [min] : CURRENCIES[currency].presets.filter((preset) => preset >= min && preset <= max);
  return {
    ready: true,
    currency,
    min,
    max,
    presets,
    fixed,
    idempotencyKey: keySchema.safeParse(key).data ?? randomUUID(),
  };
}
