import "server-only";
import type { Flow } from "@/lib/checkout/flow";
import { log } from "@/lib/log";
import { StoreUnavailableError } from "@/lib/orders/order-store";
import { getServices, type Services } from "@/lib/services";
import { apiRoute } from "@/lib/web/api-route";
import { readBody } from "@/lib/web/arrival";
import { bodyType } from "@/lib/web/checkout-request";
import { cookieValue, isFromOwnPage } from "@/lib/web/form";
import { refuse } from "@/lib/web/refusals";
import { noticePage, signInPage } from "./notice";
import { hasCsrfToken, readSession, SESSION_COOKIE, SESSION_SECONDS, type Session } from "./session";

const FORM_CAP_BYTES = 8 * 1024;
/** The field of every form that carries the session's token. */
const CSRF_FIELD = "csrf";

type AdminServices = Services & { readonly secret: string };
type Context<Params> = { readonly services: AdminServices; readonly params: Params };
type FlowContext<Params> = { readonly flow: Flow; readonly params: Params };

/** A route of the merchant's pages that needs no session: only the sign-in. */
export function openAdminRoute<Params = object>(
  handle: (request: Request, context: Context<Params>) => Promise<Response>,
) {
  return apiRoute<Params>(async (request, params) => {
    const services = getServices();
    const secret = services.settings.adminSecret;
    if (secret === null) {
      return refuse({ code: "not_found", detail: "There is no such page." });
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
  handle: (request: Request, context: FlowContext<Params>) => Promise<Response>,
) {
  return openAdminRoute<Params>(async (request, { services, params }) => {
    if ((await sessionOf(request, services)) === null) return seeOther("/admin/sign-in");
    return await withStore(services, (flow) => handle(request, { flow, params }));
  });
}

async function withStore({ flow }: Services, handle: (flow: Flow) => Promise<Response>): Promise<Response> {
  if (flow === null) return unavailable("No order store is set up. The page /setup names the setting.");
  return await handle(flow);
}

/**
 * A route that a form of the merchant's pages posts to. It does nothing unless one of our own pages sent it, the
 * browser is signed in, and the form carries the token of that session.
 */
export function adminForm<Params = object>(
  handle: (form: URLSearchParams, context: FlowContext<Params>) => Promise<Response>,
) {
  return storelessAdminForm<Params>((form, { services, params }) =>
    withStore(services, (flow) => handle(form, { flow, params })),
  );
}

/** The same for what the merchant can do without an order store: see on `/setup` what is wrong, and sign out. */
export function storelessAdminForm<Params = object>(
  handle: (form: URLSearchParams, context: Context<Params>) => Promise<Response>,
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
    return await handle(form, context);
  });
}

export function foreignForm(): Response {
  const text = "Another site sent this form, so nothing was done.";
  return noticePage({ status: 403, title: "Not from this site", text });
}

/** The fields of a form, or the answer that refuses its body. */
export async function readForm(request: Request): Promise<URLSearchParams | Response> {
  if (bodyType(request.headers.get("content-type")) !== "form") {
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

function sessionOf({ headers }: Request, { secret }: AdminServices): Promise<Session | null> {
  return readSession(secret, { cookie: cookieValue(headers, SESSION_COOKIE), now: Date.now() });
}

function unavailable(text: string): Response {
  return noticePage({ status: 503, title: "Temporarily unavailable", text });
}
