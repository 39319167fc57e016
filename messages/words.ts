import { createTranslator } from "use-intl/core";
import { MESSAGES, type Messages } from "./catalogue";

/** Looks a sentence up by its key and fills in its values: `t("tip.linkTooLow", { min })`. */
type Translate = ReturnType<typeof createTranslator<Messages>>;

/** The words of one language, for rendering on the server. */
export type Words = {
  readonly language: string;
  readonly t: Translate;
  /** As they are written in the file, for passing whole groups to client code. */
  readonly messages: Messages;
};

/** Throws for a language that has no file: choose with `chooseLanguage`. */
export function wordsIn(language: string): Words {
  const messages = MESSAGES.get(language);
  if (messages === undefined) throw new RangeError(`There are no words in the language ${language}.`);
  return { language, messages, t: createTranslator<Messages>({ locale: language, messages }) };
}
