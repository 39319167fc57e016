import "server-only";
import { headers } from "next/headers";
import { MESSAGES } from "./catalogue";
import { chooseLanguage } from "./choose-language";
import { LANGUAGE_HEADER } from "./page-language";
import { type Words, wordsIn } from "./words";

/** The words for this request's page, in the language that proxy.ts has chosen. */
export async function requestWords(): Promise<Words> {
  const chosen = (await headers()).get(LANGUAGE_HEADER);
  return wordsIn(chooseLanguage({ asked: chosen, usual: "en" }, [...MESSAGES.keys()]));
}
