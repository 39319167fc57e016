import type { ReactNode } from "react";
import { CURRENCIES, type Currency } from "@/lib/money/currency";
import type { SiteConfig } from "@/site.config";
import { Avatar } from "../avatar";
import { shortMoney } from "../money-text";
import type { TestId } from "../test-ids";
import { AmountField } from "./amount-field";
import type { Bounds } from "./form-words";
import { NoteFields } from "./note-fields";
import { type Prefill, prefillFrom, type TipQuery } from "./prefill";
import { presetAmounts } from "./presets";
import { TipForm } from "./tip-form";
import { TIP_WORDS } from "./tip-words";

/** The page of whoever is paid: who that is, beside the card with the form or with what keeps it away. */
export function TipPage({ site, children }: { site: SiteConfig; children: ReactNode }) {
  return (
    <main className="tip" data-testid={"tip-page" satisfies TestId}>
      <header>
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
      {children}
    </main>
  );
}

export type TipTerms = {
  readonly currency: Currency;
  /** In minor units, like the presets. */
  readonly min: number;
  readonly max: number;
  readonly presets: readonly number[];
  readonly idempotencyKey: string;
};

export function TipCard({ site, terms, query }: { site: SiteConfig; terms: TipTerms; query: TipQuery }) {
  const { currency, min, max } = terms;
  const presets = presetAmounts({ currency, min, max, own: site.presets[currency], usual: terms.presets });
  const prefill = prefillFrom(query, { currency, min, max, presets });
  const bounds: Bounds = {
    min: shortMoney({ currency, minor: min }, site.locale),
    max: shortMoney({ currency, minor: max }, site.locale),
  };
  return (
    <section className="card">
      <TipForm
        amountField={
          <AmountField currency={currency} locale={site.locale} presets={presets} bounds={bounds} prefill={prefill} />
        }
        noteFields={<NoteFields prefill={prefill} merchant={site.name} />}
        hint={hintFor(prefill, bounds)}
        currency={currency}
        bounds={bounds}
        rule={{ exponent: CURRENCIES[currency].exponent, min, max }}
        idempotencyKey={terms.idempotencyKey}
        problem={prefill.problem}
        sameTab={site.sameTab}
      />
      <p className="small">{TIP_WORDS.trust}</p>
    </section>
  );
}

function hintFor({ clamped }: Prefill, { min, max }: Bounds): string {
  if (clamped === "low") return TIP_WORDS.clampedLow(min);
  if (clamped === "high") return TIP_WORDS.clampedHigh(max);
  return TIP_WORDS.between(min, max);
}
