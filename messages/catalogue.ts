import type english from "./en.json";

/** The shape of every language's file: that of the English one. */
export type Messages = typeof english;

const files = import.meta.glob<Messages>("./*.json", { eager: true, import: "default" });

/** All languages by their BCP 47 tag, which is the name of their file: adding a language is adding a file. */
export const MESSAGES: ReadonlyMap<string, Messages> = new Map(
  Object.entries(files).map(([path, messages]) => [path.slice("./".length, -".json".length), messages]),
);

/** Tags in a steady order, with their own names for themselves. */
export const LANGUAGES: readonly { readonly tag: string; readonly name: string }[] = [...MESSAGES]
  .map(([tag, { language }]) => ({ tag, name: language }))
  .sort((a, b) => (a.tag < b.tag ? -1 : 1));
