import { LANGUAGES } from "@/messages/catalogue";
import type { Words } from "@/messages/words";
import { type LinkQuery, linkPrefill } from "./link-prefill";
import type { TestId } from "./test-ids";

/**
 * Plain links, so that a language can also be sent as an address. What a link to the page brought along is kept. Folded,
 * because other scripts need other fonts: to find those took a third of the time of the page's first layout.
 */
export function LanguageSwitch({ words, query = {} }: { words: Words; query?: LinkQuery }) {
  const others = LANGUAGES.filter(({ tag }) => tag !== words.language);
  return (
    <details className="small" data-testid={"language-switch" satisfies TestId}>
      <summary>{words.t("languages")}</summary>
      {others.map(({ tag, name }) => (
        <a key={tag} href={addressIn(tag, query)} lang={tag}>
          {name}
        </a>
      ))}
    </details>
  );
}

function addressIn(tag: string, query: LinkQuery): string {
  const address = linkPrefill(query);
  address.set("lang", tag);
  return `?${address}`;
}
