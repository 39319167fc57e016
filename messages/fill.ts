/** Puts values in the place of "{name}". For sentences that client code gets whole, without a library that reads them. */
export function fill(sentence: string, values: Readonly<Record<string, string>>): string {
  return sentence.replace(/\{(\w+)\}/g, (_, name: string) => values[name] ?? "");
}
