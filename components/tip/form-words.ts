import type { Words } from "@/messages/words";
import type { Bounds, ProblemCode } from "./form-problem";

/** One sentence for a problem. None says that money was taken: at this point nothing has been paid. */
export function problemSentence({ t }: Words, code: ProblemCode, bounds: Bounds): string {
  return t(`problems.${code}`, { ...bounds });
}

/** What the form's own code may have to say without asking the server. Every payer gets these, so they are few. */
export function formWords(words: Words, bounds: Bounds) {
  return {
    ...words.messages.form,
    range: problemSentence(words, "amount_range", bounds),
    // Unlike the form alone, this page's code takes the decimal sign of its language.
    digits: problemSentence(words, "amount_invalid", {
      ...bounds,
      example: inLanguage(bounds.example, words.language),
    }),
    unavailable: problemSentence(words, "unavailable", bounds),
  };
}

function inLanguage(decimal: string, language: string): string {
  return decimal.replace(".", new Intl.NumberFormat(language).format(0.5).charAt(1));
}

export type FormWords = ReturnType<typeof formWords>;
