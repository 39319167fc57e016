import { parseAmount } from "@/lib/money/amount";
import type { Currency } from "@/lib/money/currency";
import type { Words } from "@/messages/words";
import { shortMoney } from "../money-text";
import type { TestId } from "../test-ids";
import type { Bounds } from "./form-problem";
import type { Prefill } from "./prefill";

/**
 * Presets and "Other" as one group, or the one price that there is. The field beside "Other" is text, not `type=number`: a
 * scroll wheel must not change an amount, and number fields disagree about commas.
 */
export function AmountField(props: {
  words: Words;
  currency: Currency;
  presets: readonly string[];
  fixed: boolean;
  bounds: Bounds;
  prefill: Prefill;
}) {
  const { currency, presets, fixed, bounds, prefill } = props;
  const { t, language } = props.words;
  return (
    <fieldset>
      <legend>{fixed ? t("tip.fixedAmount") : t("tip.chooseAmount")}</legend>
      {presets.map((value) => (
        <label key={value}>
          <input
            type="radio"
            name="amount"
            value={value}
            defaultChecked={value === prefill.choice}
            data-testid={"tip-preset" satisfies TestId}
          />
          <span>{presetText(value, currency, language)}</span>
        </label>
      ))}
      {!fixed && (
        <div>
          <input
            type="radio"
            name="amount"
            value="other"
            id="other"
            defaultChecked={prefill.choice === "other"}
            data-testid={"tip-other" satisfies TestId}
          />
          <label htmlFor="other">{t("tip.other")}</label>
          <input
            name="customAmount"
            className="field"
            inputMode="decimal"
            autoComplete="off"
            maxLength={32}
            defaultValue={prefill.customAmount}
            placeholder={t("tip.otherPlaceholder", { min: bounds.min })}
            aria-label={t("tip.otherAmount", { currency })}
            aria-describedby="amount-hint amount-problem"
            aria-invalid={prefill.problem?.field === "amount" || undefined}
            data-testid={"tip-custom-amount" satisfies TestId}
          />
        </div>
      )}
    </fieldset>
  );
}

function presetText(value: string, currency: Currency, locale: string): string {
  const parsed = parseAmount(value, currency);
  return parsed.ok ? shortMoney({ currency, minor: parsed.minor }, locale) : value;
}
