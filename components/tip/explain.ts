import type { Problem } from "@/lib/web/contract";
import { loadMessages } from "@/messages/load-messages";
import { type AmountTerms, amountBounds, type ShownProblem, shownProblem } from "../problems";

/** The sentence for a refusal of our API in the page's language. Loaded with the words when it is needed. */
export async function explain(
  { code, errors }: Problem,
  { language, terms }: { language: string; terms: AmountTerms },
): Promise<ShownProblem> {
  const { problems: sentences } = await loadMessages(language);
  const [error] = errors ?? [];
  return shownProblem(
    { code: error?.code ?? code, field: error?.field },
    { sentences, bounds: amountBounds(terms, language) },
  );
}
