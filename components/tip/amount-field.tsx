import { parseAmount } from "@/lib/money/amount";
import type { Currency } from "@/lib/money/currency";
import { shortMoney } from "../money-text";
import type { TestId } from "../test-ids";
import type { Bounds } from "./form-words";
import type { Prefill } from "./prefill";
import { TIP_WORDS } from "./tip-words";

/**
 * Presets and "Other" as one group. The field beside "Other" is text, not `type=number`: a scroll wheel must not change
 * an amount, and number fields disagree about commas.
 */
export function AmountField(props: {
  currency: Currency;
  locale: string;
  presets: readonly string[];
  bounds: Bounds;
  prefill: Prefill;
}) {
  const { currency, locale, presets, bounds, prefill } = props;
  return (
    <fieldset>
      <legend>{TIP_WORDS.chooseAmount}</legend>
      {presets.map((value) => (
        <label key={value}>
          <input
            type="radio"
            name="amount"
            value={value}
            defaultChecked={value === prefill.choice}
            data-testid={"tip-preset" satisfies TestId}
          />
          <span>{presetText(value, currency, locale)}</span>
        </label>
      ))}
      <div>
        <input
          type="radio"
          name="amount"
          value="other"
          id="other"
          defaultChecked={prefill.choice === "other"}
          data-testid={"tip-other" satisfies TestId}
        />
        <label htmlFor="other">{TIP_WORDS.other}</label>
        <input
          name="customAmount"
          className="field"
          inputMode="decimal"
          autoComplete="off"
          maxLength={32}
          defaultValue={prefill.customAmount}
          placeholder={TIP_WORDS.otherPlaceholder(bounds.min)}
          aria-label={TIP_WORDS.otherAmount(currency)}
          aria-describedby="amount-hint amount-problem"
          aria-invalid={prefill.problem?.field === "amount" || undefined}
          data-testid={"tip-custom-amount" satisfies TestId}
        />
      </div>
    </fieldset>
  );
}

function presetText(value: string, currency: Currency, locale: string): string {
  const parsed = parseAmount(value, currency);
  return parsed.ok ? shortMoney({ currency, minor: parsed.minor }, locale) : value;
}
