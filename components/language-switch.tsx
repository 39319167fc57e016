import { LANGUAGES } from "@/messages/catalogue";
import type { Words } from "@/messages/words";
import type { TestId } from "./test-ids";

export type LinkQuery = Readonly<Record<string, string | string[] | undefined>>;

/** What a link to the tip page filled in, for another link to it, and nothing else of the query. */
export function linkPrefill(query: LinkQuery): URLSearchParams {
  const kept = new URLSearchParams();
  for (const name of ["amount", "message", "name"]) {
    const value = query[name];
    if (typeof value === "string") kept.set(name, value);
  }
  return kept;
}

/**
 * Plain links, so that a language can also be sent as an address. Folded, because other scripts need other fonts: to find
 * those took a third of the time of the page's first layout.
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
