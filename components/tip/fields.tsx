import type { Item } from "@/lib/money/catalogue";
import type { Currency } from "@/lib/money/currency";
import { FIELD_LIMITS } from "@/lib/web/contract";
import type { Words } from "@/messages/words";
import { shortMoney } from "../money-text";
import type { ShownProblem } from "../problems";
import type { TestId } from "../test-ids";
import type { TipOffer } from "./offer";

type FieldsProps = { words: Words; offer: TipOffer; problem: ShownProblem | null };

/**
 * Presets and "Other" as one group, or the one price that there is. The field beside "Other" is text, not `type=number`: a
 * scroll wheel must not change an amount, and number fields disagree about commas.
 */
export function AmountField(
  props: FieldsProps & {
    currency: Currency;
    fixed: boolean;
    items: readonly Item[] | undefined;
    min: string;
  },
) {
  const { currency, fixed, items, min, offer, problem } = props;
  const { t, language } = props.words;
  const texts = offer.presets.map((value, index) => {
    const price = shortMoney(value.split(" ")[0] ?? "", { currency, language });
    return items ? `${items[index]?.label} · ${price}` : price;
  });
  return (
    <fieldset className={items ? "whole" : tileClass(texts)}>
      <legend>{items ? t("tip.chooseItem") : fixed ? t("tip.fixedAmount") : t("tip.chooseAmount")}</legend>
      {offer.presets.map((value, index) => (
        <label key={value}>
          <input
            type="radio"
            name="amount"
            value={value}
            defaultChecked={value === offer.choice}
            data-testid={"tip-preset" satisfies TestId}
          />
          <span>{texts[index]}</span>
        </label>
      ))}
      {!fixed && !items && (
        <div>
          <input
            type="radio"
            name="amount"
            value="other"
            id="other"
            defaultChecked={offer.choice === "other"}
            data-testid={"tip-other" satisfies TestId}
          />
          <label htmlFor="other">{t("tip.other")}</label>
          <input
            name="customAmount"
            className="field"
            inputMode="decimal"
            autoComplete="off"
            maxLength={FIELD_LIMITS.amount}
            defaultValue={offer.customAmount}
            placeholder={t("tip.otherPlaceholder", { min })}
            aria-label={t("tip.otherAmount", { currency })}
            aria-describedby="amount-hint amount-problem"
            aria-invalid={problem?.field === "customAmount" || undefined}
            data-testid={"tip-custom-amount" satisfies TestId}
          />
        </div>
      )}
    </fieldset>
  );
}

/** How wide a tile is; a quarter of the row where nothing is named. See app/globals.css. */
function tileClass(texts: readonly string[]): string | undefined {
  if (texts.length === 1) return "whole";
  if (texts.length === 2 || texts.some((text) => text.length > 5)) return "halves";
  return texts.length === 4 || texts.length > 6 ? undefined : "thirds";
}

/**
 * Optional, so out of the way: the button stays on the first screen of a phone. Open when there is something in it.
 * `showName` is the label of the box that makes a name public. Without it there is no box, and names are private.
 */
export function NoteFields({ words: { t }, offer, problem, showName }: FieldsProps & { showName: string | undefined }) {
  const invalid = (field: string) => problem?.field === field || undefined;
  return (
    <details open={offer.name !== "" || offer.message !== ""} data-testid={"tip-details" satisfies TestId}>
      <summary>{t("tip.addNote")}</summary>
      <label htmlFor="name">{t("tip.name")}</label>
      <input
        className="field"
        id="name"
        name="name"
        maxLength={FIELD_LIMITS.name}
        autoComplete="name"
        defaultValue={offer.name}
        aria-invalid={invalid("name")}
        aria-describedby="form-problem"
        data-testid={"tip-name" satisfies TestId}
      />
      {showName && (
        <label>
          <input type="checkbox" name="showName" defaultChecked={offer.showName} />
          {showName}
        </label>
      )}
      <label htmlFor="message">{t("tip.message")}</label>
      <textarea
        id="message"
        name="message"
        maxLength={FIELD_LIMITS.message}
        rows={3}
        defaultValue={offer.message}
        aria-invalid={invalid("message")}
        aria-describedby="form-problem"
        data-testid={"tip-message" satisfies TestId}
      />
    </details>
  );
}
