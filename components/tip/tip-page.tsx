import type { ReactNode } from "react";
import type { Item, Pricing } from "@/lib/money/catalogue";
import { CURRENCIES, type Currency } from "@/lib/money/currency";
import { FIELD_LIMITS } from "@/lib/web/contract";
import type { Words } from "@/messages/words";
import type { SiteConfig } from "@/site.config";
import { Avatar } from "../avatar";
import { LanguageSwitch, type LinkQuery } from "../language-switch";
import { shortMoney } from "../money-text";
import { amountBounds, problemSentence, type ShownProblem, shownProblem } from "../problems";
import type { TestId } from "../test-ids";
import { type TipOffer, tipOffer } from "./offer";
import { TipForm } from "./tip-form";

/** What another layer adds to the tip page. The core has none of it. */
export type TipParts = {
  /** The path of the picture for links to this page. Without one it is that in `public/`. */
  readonly shareImage?: string;
  /** Between the merchant and the form. */
  readonly above?: ReactNode;
  /** After the form. */
  readonly below?: ReactNode;
  /** Asks the payer to be named in public; see `NoteFields`. */
  readonly showName?: string;
};

/** The page of the person who is paid: who that is, beside the card with the form or with what is missing. */
export function TipPage(props: { words: Words; site: SiteConfig; query: LinkQuery; children: ReactNode }) {
  const { words, site, query } = props;
  // What the merchant wrote is in the merchant's language, whatever that of the page.
  const own = site.locale === words.language ? undefined : site.locale;
  return (
    <main className="tip" data-testid={"tip-page" satisfies TestId}>
      <header lang={own}>
        <Avatar site={site} />
        <h1>{site.name}</h1>
        <p>{site.bio}</p>
        <nav>
          {site.links.map(({ label, href }) => (
            <a key={href} href={href} rel="me noreferrer">
              {label}
            </a>
          ))}
        </nav>
      </header>
      {props.children}
      <LanguageSwitch words={words} query={query} />
    </main>
  );
}

export function TipCard(props: {
  words: Words;
  site: SiteConfig;
  pricing: Pricing;
  /** The payment provider by its name for people. */
  provider: string;
  /** The provider has no page of its own: our payment page says where to pay to. */
  payHere: boolean;
  /** Made when the form is rendered, so that submitting it twice opens one payment. */
  idempotencyKey: string;
  query: LinkQuery;
  inApp: boolean;
  parts: TipParts;
}) {
  const { words, site, pricing, provider, payHere } = props;
  const { language, messages, t } = words;
  const { currency, fixed, items, min, max } = pricing;
  const terms = { currency, exponent: CURRENCIES[currency].exponent, min, max, priced: items !== undefined };
  const bounds = amountBounds(terms, language);
  const sentences = messages.problems;
  const offer = tipOffer(props.query, pricing, site.presets[currency]);
  const problem = offer.refused && shownProblem(offer.refused, { sentences, bounds });
  return (
    <section className="card">
      <TipForm
        amountField={<AmountField {...{ words, offer, problem, currency, fixed, items, min: bounds.min }} />}
        noteFields={<NoteFields {...{ words, offer, problem }} showName={props.parts.showName} />}
        hint={linkHint(words, offer, bounds)}
        next={payHere ? t("tip.nextHere", { provider }) : t("tip.next", { provider })}
        words={{
          ...messages.form,
          range: fixed || items ? "" : problemSentence("amount_range", sentences, bounds),
          digits: problemSentence("amount_invalid", sentences, bounds),
          unsure: sentences.provider_unsure,
        }}
        language={language}
        terms={terms}
        idempotencyKey={props.idempotencyKey}
        problem={problem}
        sameTab={site.sameTab || props.inApp || payHere}
      />
      <p className="small">{t("tip.trust")}</p>
    </section>
  );
}

function linkHint({ t }: Words, { link }: TipOffer, { min, max }: { min: string; max: string }): string | null {
  if (link === "too_low") return t("tip.linkTooLow", { min });
  if (link === "too_high") return t("tip.linkTooHigh", { max });
  return link && t("tip.linkUnreadable");
}

type FieldsProps = { words: Words; offer: TipOffer; problem: ShownProblem | null };

/**
 * Presets and "Other" as one group, or the one price that there is. The field beside "Other" is text, not `type=number`: a
 * scroll wheel must not change an amount, and number fields disagree about commas.
 */
function AmountField(
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
function NoteFields({ words: { t }, offer, problem, showName }: FieldsProps & { showName: string | undefined }) {
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

/** In the place of the form while settings are missing. Names settings and never shows a value. */
export function NotReady(props: { words: Words; problems: readonly { name: string; problem: string }[] }) {
  const { problems } = props;
  const { t } = props.words;
  return (
    <section className="card" data-testid={"tip-not-ready" satisfies TestId}>
      <h2>{t("notReady.heading")}</h2>
      <p>{t("notReady.text")}</p>
      <h3>{t("notReady.forOperator")}</h3>
      <p>{problems.length === 0 ? t("notReady.unnamed") : t("notReady.explain")}</p>
      <ul lang="en">
        {problems.map(({ name, problem }) => (
          <li key={name + problem} data-testid={"tip-setup-problem" satisfies TestId}>
            <code>{name}</code> {problem}
          </li>
        ))}
      </ul>
    </section>
  );
}
