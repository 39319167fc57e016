import { LANGUAGES } from "@/messages/catalogue";
import type { Words } from "@/messages/words";
import type { TestId } from "./test-ids";

type Query = Readonly<Record<string, string | string[] | undefined>>;

/**
 * Plain links, so that a language can also be sent as an address. What a link to the page brought along is kept. Folded,
 * because other scripts need other fonts: to find those took a third of the time of the page's first layout.
 */
export function LanguageSwitch({ words, query = {} }: { words: Words; query?: Query }) {
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

const KEPT = ["amount", "message", "name"];

function addressIn(tag: string, query: Query): string {
  const address = new URLSearchParams();
  for (const name of KEPT) {
    const value = query[name];
    if (typeof value === "string") address.set(name, value);
  }
  address.set("lang", tag);
  return `?${address}`;
}
