export type LinkQuery = Readonly<Record<string, string | string[] | undefined>>;

const KEPT = ["amount", "message", "name"];

/** What a link to the tip page filled in, for another link to it. Encoded, and nothing else of the query. */
export function linkPrefill(query: LinkQuery): URLSearchParams {
  const kept = new URLSearchParams();
  for (const name of KEPT) {
    const value = query[name];
    if (typeof value === "string") kept.set(name, value);
  }
  return kept;
}
