import type { NextRequest, NextResponse } from "next/server";
import { MESSAGES } from "./catalogue";
import { chooseLanguage, findLanguage } from "./choose-language";

/** Set on the request of a page by proxy.ts, so that layout and page answer in one language. */
export const LANGUAGE_HEADER = "x-language";
const PARAMETER = "lang";
const COOKIE = "lang";
const YEAR_S = 365 * 24 * 60 * 60;

const offered = [...MESSAGES.keys()];

export function languageOf(request: NextRequest, usual: string): string {
  const asked = request.nextUrl.searchParams.get(PARAMETER);
  const accepted = request.headers.get("accept-language");
  return chooseLanguage({ asked, kept: request.cookies.get(COOKIE)?.value, accepted, usual }, offered);
}

/** Remembers what was chosen with the switch, and only that: it is no record of who came. */
export function keepLanguage(request: NextRequest, response: NextResponse): void {
  const asked = request.nextUrl.searchParams.get(PARAMETER);
  const found = asked && findLanguage(asked, offered);
  if (found) response.cookies.set(COOKIE, found, { maxAge: YEAR_S, sameSite: "lax", httpOnly: true });
}
