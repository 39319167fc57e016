import type { ReactNode } from "react";
import type { Pricing } from "@/lib/money/catalogue";
import { CURRENCIES } from "@/lib/money/currency";
import type { Words } from "@/messages/words";
import type { SiteConfig } from "@/site.config";
import { Avatar } from "../avatar";
import { LanguageSwitch, type LinkQuery } from "../language-switch";
import { amountBounds, problemSentence, shownProblem } from "../problems";
import type { TestId } from "../test-ids";
import { AmountField, NoteFields } from "./fields";
import { type TipOffer, tipOffer } from "./offer";
import { TipForm } from "./tip-form";
import type { TipParts } from "./tip-parts";

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
