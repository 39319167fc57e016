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
    /** Says by itself what is wrong with an amount. */
    wrongAmount: words.t("tip.between", { ...bounds }),
    unavailable: problemSentence(words, "unavailable", bounds),
  };
}

export type FormWords = ReturnType<typeof formWords>;
