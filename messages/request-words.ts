import "server-only";
import { headers } from "next/headers";
import { cache } from "react";
import { MESSAGES } from "./catalogue";
import { chooseLanguage } from "./choose-language";
import { LANGUAGE_HEADER } from "./page-language";
import { type Words, wordsIn } from "./words";

/**
 * The words for this request's page, in the language that proxy.ts has chosen. Read once a request: a page that is
 * found missing asks again, perhaps after its visitor has left, and Next refuses to read headers then.
 */
export const requestWords = cache(async (): Promise<Words> => {
  const chosen = (await headers()).get(LANGUAGE_HEADER);
  return wordsIn(chooseLanguage({ asked: chosen, usual: "en" }, [...MESSAGES.keys()]));
});
