import "server-only";
import type { Flow } from "@/lib/checkout/flow";
import { log } from "@/lib/log";
import { StoreUnavailableError } from "@/lib/orders/order-store";
import { getServices, type Services } from "@/lib/services";
import { apiRoute } from "@/lib/web/api-route";
import { readBody } from "@/lib/web/arrival";
import { cookieValue, isFromOwnPage } from "@/lib/web/form";
import { problemResponse } from "@/lib/web/refusals";
import { noticePage, signInPage } from "./notice";
import { hasCsrfToken, readSession, SESSION_COOKIE, SESSION_SECONDS, type Session } from "./session";

const FORM_CAP_BYTES = 8 * 1024;
/** The field of every form that carries the session's token. */
const CSRF_FIELD = "csrf";

/** Without an order store a merchant can sign in, see on `/setup` what is wrong, and sign out. */
type OpenServices = Services & { readonly secret: string };
type AdminServices = OpenServices & { readonly flow: Flow };
type Context<Params, Parts = AdminServices> = { readonly services: Parts; readonly params: Params };

/** A route of the merchant's pages that needs no session: only the sign-in. */
export function openAdminRoute<Params = object>(
  handle: (request: Request, context: Context<Params, OpenServices>) => Promise<Response>,
) {
  return apiRoute<Params>(async (request, { requestId, params }) => {
    const services = getServices();
    const secret = services.settings.adminSecret;
    if (secret === null) {
      return problemResponse({ code: "not_found", detail: "There is no such page." }, requestId);
    }
    try {
      return await handle(request, { services: { ...services, secret }, params });
    } catch (error) {
      if (!(error instanceof StoreUnavailableError)) throw error;
      log.error("store_unavailable", error, { page: "admin" });
      return unavailable("The order store cannot be reached. Try again in a moment.");
    }
  });
}

/** A route that answers a signed-in browser, and sends any other to the sign-in. */
export function adminRoute<Params = object>(
  handle: (request: Request, context: Context<Params> & { session: Session }) => Promise<Response>,
) {
  return openAdminRoute<Params>(async (request, context) => {
    const session = await sessionOf(request, context.services);
    if (session === null) return seeOther("/admin/sign-in");
    return await withStore(context, (complete) => handle(request, { ...complete, session }));
  });
}

async function withStore<Params>(
  { services, params }: Context<Params, OpenServices>,
  handle: (context: Context<Params>) => Promise<Response>,
): Promise<Response> {
  const { flow } = services;
  if (flow === null) return unavailable("No order store is set up. The page /setup names the setting.");
  return await handle({ services: { ...services, flow }, params });
}

/**
 * A route that a form of the merchant's pages posts to. It does nothing unless one of our own pages sent it, the
 * browser is signed in, and the form carries the token of that session.
 */
export function adminForm<Params = object>(
  handle: (form: URLSearchParams, context: Context<Params> & { session: Session }) => Promise<Response>,
) {
  return storelessAdminForm<Params>((form, { session, ...context }) =>
    withStore(context, (complete) => handle(form, { ...complete, session })),
  );
}

/** The same, also where no order store is set up. */
export function storelessAdminForm<Params = object>(
  handle: (form: URLSearchParams, context: Context<Params, OpenServices> & { session: Session }) => Promise<Response>,
) {
  return openAdminRoute<Params>(async (request, context) => {
    if (!isFromOwnPage(request, context.services.settings.publicUrl)) return foreignForm();
    const session = await sessionOf(request, context.services);
    if (session === null) {
      const problem = "You were signed out, so nothing was done. Sign in, then do it again.";
      return signInPage({ status: 401, problem, goal: null });
    }
    const form = await readForm(request);
    if (form instanceof Response) return form;
    if (!hasCsrfToken(session, form.get(CSRF_FIELD))) {
      const text = "This form is from an earlier session, so nothing was done. Open the page again.";
      return noticePage({ status: 403, title: "That form is out of date", text });
    }
    return await handle(form, { ...context, session });
  });
}

export function foreignForm(): Response {
  const text = "Another site sent this form, so nothing was done.";
  return noticePage({ status: 403, title: "Not from this site", text });
}

/** The fields of a form, or the answer that refuses its body. */
export async function readForm(request: Request): Promise<URLSearchParams | Response> {
  const type = request.headers.get("content-type")?.split(";")[0]?.trim().toLowerCase();
  if (type !== "application/x-www-form-urlencoded") {
    return noticePage({ status: 415, title: "Not a form", text: "This address takes the forms of these pages only." });
  }
  const body = await readBody(request, FORM_CAP_BYTES);
  if (body.ok) return new URLSearchParams(new TextDecoder().decode(body.bytes));
  const status = body.refusal.code === "body_too_large" ? 413 : 400;
  return noticePage({ status, title: "The form did not arrive", text: body.refusal.detail });
}

/** Null signs out. */
export function sessionCookie(value: string | null, publicUrl: string): string {
  const secure = publicUrl.startsWith("https:") ? "; Secure" : "";
  const lifetime = value === null ? 0 : SESSION_SECONDS;
  return `${SESSION_COOKIE}=${value ?? ""}; Path=/; Max-Age=${lifetime}; HttpOnly; SameSite=Strict${secure}`;
}

export function seeOther(location: string, headers: Record<string, string> = {}): Response {
  return new Response(null, { status: 303, headers: { Location: location, ...headers } });
}

function sessionOf({ headers }: Request, { secret }: OpenServices): Promise<Session | null> {
  return readSession(secret, { cookie: cookieValue(headers, SESSION_COOKIE), now: Date.now() });
}

function unavailable(text: string): Response {
  return noticePage({ status: 503, title: "Temporarily unavailable", text });
}
