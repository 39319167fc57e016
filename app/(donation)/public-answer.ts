import "server-only";
import type { NextRequest } from "next/server";
import { MESSAGES } from "@/messages/catalogue";
import { findLanguage } from "@/messages/choose-language";
import { languageOf } from "@/messages/page-language";
import { type Words, wordsIn } from "@/messages/words";
import { siteConfig } from "@/site.config";

/** A body that is the same for all and may be kept by any cache. */
export function publicAnswer(body: BodyInit, { type, seconds }: { type: string; seconds: number }): Response {
  return new Response(body, {
    headers: { "Content-Type": type, "Cache-Control": `public, max-age=${seconds}` },
  });
}

/** Of a picture, which one cache shows to readers of all languages: that of its address, or the merchant's. */
export function pictureWords({ url }: Request): Words {
  const offered = [...MESSAGES.keys()];
  const asked = findLanguage(new URL(url).searchParams.get("lang") ?? "", offered);
  return wordsIn(asked ?? findLanguage(siteConfig.locale, offered) ?? "en");
}

export const readerWords = (request: NextRequest) => wordsIn(languageOf(request, siteConfig.locale));
