import type { Messages } from "./catalogue";

/** For client code that rarely needs words: itself loaded when it is needed. Fails for a language without a file. */
export async function loadMessages(language: string): Promise<Messages> {
  return (await import(`../messages/${language}.json`)).default;
}
