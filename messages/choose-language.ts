/**
 * What a request says about its language, strongest first; all of it is foreign input: `?lang=de` of the switch, an earlier
 * use of the switch, Accept-Language, and the merchant's own language.
 */
export type LanguageWishes = {
  readonly asked?: string | null | undefined;
  readonly kept?: string | undefined;
  readonly accepted?: string | null | undefined;
  readonly usual: string;
};

/** The tag to answer in: always one of `offered`. Pure. */
export function chooseLanguage(wishes: LanguageWishes, offered: readonly string[]): string {
  const { asked, kept, accepted, usual } = wishes;
  for (const wish of [asked, kept, ...acceptedTags(accepted ?? ""), usual]) {
    const found = wish && findLanguage(wish, offered);
    if (found) return found;
  }
  return offered.find((tag) => tag === "en") ?? offered[0] ?? "en";
}

/**
 * The language itself, or another region's form of it: "de-AT" gets "de" and "zh-Hans-SG" gets "zh-CN", but "zh-TW" does
 * not, because it is written in another script.
 */
export function findLanguage(wish: string, offered: readonly string[]): string | undefined {
  const wanted = languageAndScript(wish);
  return (
    offered.find((tag) => tag.toLowerCase() === wish.toLowerCase()) ??
    offered.find((tag) => wanted !== null && languageAndScript(tag) === wanted)
  );
}

function languageAndScript(tag: string): string | null {
  try {
    const { language, script } = new Intl.Locale(tag).maximize();
    return `${language}-${script}`;
  } catch {
    return null;
  }
}

/** More than a person speaks; a longer header is an attack or an experiment. */
const MOST_TAGS = 20;

/** The tags of Accept-Language (RFC 9110, 12.5.4) by falling weight, without those of weight 0. */
function acceptedTags(header: string): string[] {
  const weighted = header
    .split(",", MOST_TAGS)
    .map((part) => {
      const [tag = "", ...parameters] = part.split(";").map((piece) => piece.trim());
      const weight = parameters.find((parameter) => parameter.startsWith("q="))?.slice(2) ?? "1";
      return { tag, weight: Number(weight) };
    })
    .filter(({ weight }) => weight > 0);
  return weighted.sort((a, b) => b.weight - a.weight).map(({ tag }) => tag);
}
