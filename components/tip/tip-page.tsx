import type { ReactNode } from "react";
import { CURRENCIES, type Currency } from "@/lib/money/currency";
import type { Words } from "@/messages/words";
import type { SiteConfig } from "@/site.config";
import { Avatar } from "../avatar";
import { LanguageSwitch } from "../language-switch";
import { shortMoney } from "../money-text";
import type { TestId } from "../test-ids";
import { AmountField } from "./amount-field";
import type { Bounds } from "./form-problem";
import { formWords, problemSentence } from "./form-words";
import { NoteFields } from "./note-fields";
import { type Prefill, prefillFrom, type TipQuery } from "./prefill";
import { presetAmounts } from "./presets";
import type { ShownProblem } from "./request-checkout";
import { TipForm } from "./tip-form";

/** The page of whoever is paid: who that is, beside the card with the form or with what keeps it away. */
export function TipPage(props: { words: Words; site: SiteConfig; query: TipQuery; children: ReactNode }) {
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

export type TipTerms = {
  readonly currency: Currency;
  /** In minor units, like the presets. */
  readonly min: number;
  readonly max: number;
  readonly presets: readonly number[];
  /** True where there is one price: nothing to choose, and a link cannot ask for another amount. */
  readonly fixed: boolean;
  readonly idempotencyKey: string;
};

export function TipCard(props: { words: Words; site: SiteConfig; terms: TipTerms; query: TipQuery; inApp: boolean }) {
  const { words, site, terms } = props;
  const { t, language } = words;
  const { currency, min, max, fixed } = terms;
  const query = fixed ? { ...props.query, amount: undefined } : props.query;
  const own = fixed ? undefined : site.presets[currency];
  const presets = presetAmounts({ currency, min, max, own, usual: terms.presets });
  const prefill = prefillFrom(query, { currency, min, max, presets });
  const bounds: Bounds = {
    min: shortMoney({ currency, minor: min }, language),
    max: shortMoney({ currency, minor: max }, language),
    example: CURRENCIES[currency].exponent === 0 ? "1000" : "1000.50",
  };
  return (
    <section className="card">
      <TipForm
        amountField={
          <AmountField
            words={words}
            currency={currency}
            presets={presets}
            fixed={fixed}
            bounds={bounds}
            prefill={prefill}
          />
        }
        noteFields={<NoteFields words={words} prefill={prefill} merchant={site.name} />}
        hint={fixed ? "" : hintFor(words, prefill, bounds)}
        next={t("tip.next")}
        words={formWords(words, bounds)}
        currency={currency}
        rule={{ exponent: CURRENCIES[currency].exponent, min, max }}
        idempotencyKey={terms.idempotencyKey}
        problem={shownProblem(words, prefill, bounds)}
        sameTab={site.sameTab || props.inApp}
      />
      <p className="small">{t("tip.trust")}</p>
    </section>
  );
}

function hintFor(words: Words, { clamped }: Prefill, bounds: Bounds): string {
  if (clamped === "low") return words.t("tip.clampedLow", { min: bounds.min });
  if (clamped === "high") return words.t("tip.clampedHigh", { max: bounds.max });
  return problemSentence(words, "amount_range", bounds);
}

function shownProblem(words: Words, { problem }: Prefill, bounds: Bounds): ShownProblem | null {
  if (problem === null) return null;
  const field = problem.field === "amount" ? "customAmount" : problem.field;
  return { text: problemSentence(words, problem.code, bounds), field };
}
