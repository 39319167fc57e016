import { foreignForm, openAdminRoute, readForm, seeOther, sessionCookie } from "@/lib/merchant/admin-route";
import { pageOf, signInPage } from "@/lib/merchant/notice";
import { signIn } from "@/lib/merchant/sign-in";
import { refuseMethodsExcept } from "@/lib/web/api-route";
import { clientAddress } from "@/lib/web/arrival";
import { isFromOwnPage } from "@/lib/web/form";

/** The id of an order, or the setup page. */
const GOAL = /^([\w-]{22,64}|setup)$/;
const goalIn = (fields: URLSearchParams) => GOAL.exec(fields.get("order") ?? "")?.[0] ?? null;

export const GET = openAdminRoute(async (request) => {
  const { searchParams } = new URL(request.url);
  const fromElsewhere = searchParams.has("elsewhere");
  return signInPage({ status: 200, problem: null, goal: goalIn(searchParams), fromElsewhere });
});

export const POST = openAdminRoute(async (request, { services }) => {
  const { flow, limiter, secret, settings } = services;
  if (!isFromOwnPage(request, settings.publicUrl)) return foreignForm();
  const form = await readForm(request);
  if (form instanceof Response) return form;
  const goal = goalIn(form);
  const address = clientAddress(request.headers, settings.trustedProxyHops);
  const parts = { store: flow?.store ?? null, clock: { now: Date.now }, limiter };
  const result = await signIn(parts, { typed: form.get("secret") ?? "", secret, address });
  if (result.ok) {
    return seeOther(pageOf(result.hasStore ? goal : "setup"), {
      "Set-Cookie": sessionCookie(result.cookie, settings.publicUrl),
    });
  }
  if (result.refusal === "wrong") return signInPage({ status: 401, problem: "That is not the secret.", goal });
  const problem = "Too many wrong tries. Wait 15 minutes, or sign in from another network.";
  const response = signInPage({ status: 429, problem, goal });
  response.headers.set("Retry-After", String(result.retryAfterSeconds));
  return response;
});

export const { DELETE, OPTIONS, PATCH, PUT } = refuseMethodsExcept("GET", "POST");
