import { randomBytes } from "node:crypto";
import { type NextRequest, NextResponse } from "next/server";
import { getSettings, isDevelopment } from "@/lib/env";
import { requestIdOf } from "@/lib/web/arrival";
import { contentSecurityPolicy } from "@/lib/web/content-security-policy";
import { refuseEarly } from "@/lib/web/early-refusals";
import { BROWSER_COOKIE, browserId } from "@/lib/web/form";
import { problemResponse } from "@/lib/web/refusals";
import { keepLanguage, LANGUAGE_HEADER, languageOf } from "@/messages/page-language";
import { siteConfig } from "@/site.config";

const BROWSER_ID_BYTES = 18;
/** What other sites show sets no cookie; a frame of theirs may hold the first. See next.config.mjs for the other headers. */
const FRAMED = "/embed";
const SHOWN_ELSEWHERE = [FRAMED, "/badge.svg"];

const ADMIN_PAGE = /^\/admin(\/|$)/;
const ADMIN_HEADERS = {
  "Cache-Control": "no-store",
  "X-Robots-Tag": "noindex, nofollow",
  // With "no-referrer" browsers would not say where our own forms come from.
  "Referrer-Policy": "same-origin",
};

/**
 * Gives each page a nonce of its own, which Next puts on its scripts when it finds it in the policy of the request, a
 * request id and a language; and each browser that gets the tip page an id. Routes under /api answer data and give
 * themselves an id; no proxy stands before their bodies.
 */
export function proxy(request: NextRequest) {
  const requestId = requestIdOf(request.headers);
  const { method, nextUrl } = request;
  const refused = refuseEarly({ method, path: nextUrl.pathname });
  const response = refused === null ? pageResponse(request) : problemResponse(refused, requestId);
  response.headers.set("X-Request-Id", requestId);
  return response;
}

function pageResponse(request: NextRequest): NextResponse {
  const { checkoutSources, publicUrl, adminSecret } = getSettings();
  const isAdmin = ADMIN_PAGE.test(request.nextUrl.pathname);
  const policy = contentSecurityPolicy({
    nonce: crypto.randomUUID(),
    checkoutSources,
    framed: request.nextUrl.pathname === FRAMED,
    development: isDevelopment(),
  });
  const headers = new Headers(request.headers);
  headers.set("Content-Security-Policy", policy);
  headers.set(LANGUAGE_HEADER, languageOf(request, siteConfig.locale));
  // Without a secret it is a page like any other that there is not. Routes that take a POST answer 404 by themselves.
  const response =
    isAdmin && adminSecret === null && request.method !== "POST"
      ? NextResponse.rewrite(new URL("/no-such-page", request.url), { request: { headers } })
      : NextResponse.next({ request: { headers } });
  response.headers.set("Content-Security-Policy", policy);
  if (SHOWN_ELSEWHERE.includes(request.nextUrl.pathname)) return response;
  keepLanguage(request, response);
  if (isAdmin && adminSecret !== null) {
    for (const [name, value] of Object.entries(ADMIN_HEADERS)) response.headers.set(name, value);
  }
  if (request.nextUrl.pathname === "/" && browserId(request.headers) === null) {
    const id = randomBytes(BROWSER_ID_BYTES).toString("base64url");
    const secure = publicUrl.startsWith("https:");
    response.cookies.set(BROWSER_COOKIE, id, { httpOnly: true, sameSite: "lax", path: "/", secure });
  }
  return response;
}

export const config = { matcher: "/((?!api/|_next/static/|icon.svg).*)" };
