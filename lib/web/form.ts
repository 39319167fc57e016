import { cut, FIELD_LIMITS } from "./contract";
import type { Refusal } from "./refusals";

/** Random, and all that ties a form's idempotency key to the browser that got the form. */
export const BROWSER_COOKIE = "checkout_browser";
/** The key of a form whose outcome is unsure, for the page that asks to try again. */
const RETRY_COOKIE = "checkout_retry";
const RETRY_MAX_AGE_SECONDS = 10 * 60;

const BROWSER_ID = /^[\w-]{24,64}$/;
const FORM_KEY = /^[\w.-]{16,64}$/;

/** What the page can fill in again, and how much of it: a URL is no place for more. */
const KEPT = { ...FIELD_LIMITS, customAmount: FIELD_LIMITS.amount, showName: 2 } as const;

/** Whether a browser asks for a page, as it does when a plain form is submitted. */
export function acceptsHtml(request: Request): boolean {
  return request.headers.get("accept")?.includes("text/html") === true;
}

/**
 * Whether a script or a frame of another site sent this. A link or a form of another site that the visitor follows is none:
 * a pay button may stand anywhere. Clients that do not say where a request comes from are taken at their word.
 */
export function isForeignScript({ headers }: Request): boolean {
  const site = headers.get("sec-fetch-site");
  if (site !== "cross-site" && site !== "same-site") return false;
  return headers.get("sec-fetch-mode") !== "navigate" || headers.get("sec-fetch-dest") !== "document";
}

/**
 * Whether a browser says that a page of ours sent this, or nothing says otherwise. For what only our own pages may post:
 * the forms of the merchant. Behind a proxy that rewrites `Host`, the public address counts as ours too.
 */
export function isFromOwnPage({ headers }: Request, publicUrl: string): boolean {
  const site = headers.get("sec-fetch-site");
  if (site !== null && site !== "same-origin") return false;
  const origin = headers.get("origin");
  if (origin === null) return true;
  if (!URL.canParse(origin)) return false;
  return origin === publicUrl || new URL(origin).host === headers.get("host");
}

/** The value of a cookie. */
export function cookieValue(headers: Headers, name: string): string | undefined {
  return cookieOf(headers.get("cookie"), name, /^/) ?? undefined;
}

/** The id of the browser that sent this, as the tip page gave it out. Null where there is none of the right form. */
export function browserId(headers: Headers): string | null {
  return cookieOf(headers.get("cookie"), BROWSER_COOKIE, BROWSER_ID);
}

/** The key that the next form is to have again, from a `Cookie` header. */
export function retryKey(cookieHeader: string | null): string | null {
  return cookieOf(cookieHeader, RETRY_COOKIE, FORM_KEY);
}

/**
 * Sends a browser whose form was refused back to the tip page, with the code of what was wrong and with what the payer had
 * written, so that nothing is lost without JavaScript either. Where the provider's answer leaves the outcome open, the next
 * form has the same key: the next try is then for the same order.
 */
export function formErrorRedirect(body: Uint8Array, { code, errors }: Refusal): Response {
  const form = new URLSearchParams(new TextDecoder().decode(body));
  const [first] = errors ?? [];
  const query = new URLSearchParams({ error: first?.code ?? code });
  if (first !== undefined) query.set("field", first.field);
  for (const [field, maxLength] of Object.entries(KEPT)) {
    const value = cut(form.get(field)?.replaceAll("\r\n", "\n") ?? "", maxLength);
    if (value) query.set(field, value);
  }
  return endForm(`/?${query}`, code.startsWith("provider_") ? form.get("idempotencyKey") : null);
}

/**
 * Where a payer's form leads: with GET (303), so that reloading that page submits nothing again. A key that is not kept is
 * taken away: a later form must not be for an order that was opened before.
 */
export function endForm(location: string, keptKey: string | null = null): Response {
  return new Response(null, { status: 303, headers: { Location: location, "Set-Cookie": retryCookie(keptKey) } });
}

/** What a form that came to an end answers in `Set-Cookie`: null takes the key away. */
export function retryCookie(keptKey: string | null): string {
  const kept = keptKey !== null && FORM_KEY.test(keptKey) ? keptKey : null;
  const lifetime = kept === null ? 0 : RETRY_MAX_AGE_SECONDS;
  return `${RETRY_COOKIE}=${kept ?? ""}; Path=/; Max-Age=${lifetime}; HttpOnly; SameSite=Lax`;
}

function cookieOf(header: string | null, name: string, form: RegExp): string | null {
  for (const pair of header?.split(";") ?? []) {
    const [key = "", value = ""] = pair.trim().split("=", 2);
    if (key === name && form.test(value)) return value;
  }
  return null;
}
