import { type NextRequest, NextResponse } from "next/server";
import { getSettings, isDevelopment } from "@/lib/env";
import { contentSecurityPolicy } from "@/lib/http/content-security-policy";
import { isLoopback } from "@/lib/settings/setting-reader";
import { keepLanguage, LANGUAGE_HEADER, languageOf } from "@/messages/page-language";
import { siteConfig } from "@/site.config";

/**
 * Gives each page a nonce of its own, which Next puts on its scripts when it finds it in the policy of the request, a
 * request id and a language. Routes under /api answer data and give themselves an id; no proxy stands before their bodies.
 */
export function proxy(request: NextRequest) {
  const baseUrl = getSettings().provider?.baseUrl;
  const policy = contentSecurityPolicy({
    nonce: crypto.randomUUID(),
    localCheckout: baseUrl !== undefined && isLoopback(new URL(baseUrl).hostname),
    development: isDevelopment(),
  });
  const headers = new Headers(request.headers);
  headers.set("Content-Security-Policy", policy);
  headers.set(LANGUAGE_HEADER, languageOf(request, siteConfig.locale));
  const response = NextResponse.next({ request: { headers } });
  response.headers.set("Content-Security-Policy", policy);
  response.headers.set("X-Request-Id", crypto.randomUUID());
  keepLanguage(request, response);
  return response;
}

export const config = { matcher: "/((?!api/|_next/static/|icon.svg).*)" };
