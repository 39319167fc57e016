import { foreignForm, openAdminRoute, readForm, seeOther, sessionCookie } from "@/lib/merchant/admin-route";
import { signInPage } from "@/lib/merchant/notice";
import { signIn } from "@/lib/merchant/sign-in";
import { refuseMethodsExcept } from "@/lib/web/api-route";
import { clientAddress } from "@/lib/web/arrival";
import { isFromOwnPage } from "@/lib/web/form";

const ORDER_ID = /^[\w-]{22,64}$/;
const orderIdIn = (fields: URLSearchParams) => ORDER_ID.exec(fields.get("order") ?? "")?.[0] ?? null;

export const GET = openAdminRoute(async (request) => {
  const { searchParams } = new URL(request.url);
  const fromElsewhere = searchParams.has("elsewhere");
  return signInPage({ status: 200, problem: null, orderId: orderIdIn(searchParams), fromElsewhere });
});

export const POST = openAdminRoute(async (request, { services }) => {
  const { flow, secret, settings } = services;
  if (!isFromOwnPage(request, settings.publicUrl)) return foreignForm();
  const form = await readForm(request);
  if (form instanceof Response) return form;
  const orderId = orderIdIn(form);
  const address = clientAddress(request.headers, settings.trustedProxyHops);
  const result = await signIn(flow, { typed: form.get("secret") ?? "", secret, address });
  if (result.ok) {
    const next = orderId === null ? "/admin" : `/admin/orders/${orderId}`;
    return seeOther(next, { "Set-Cookie": sessionCookie(result.cookie, settings.publicUrl) });
  }
  if (result.refusal === "wrong") return signInPage({ status: 401, problem: "That is not the secret.", orderId });
  const problem = "Too many wrong tries. Wait 15 minutes, or sign in from another network.";
  const response = signInPage({ status: 429, problem, orderId });
  response.headers.set("Retry-After", String(result.retryAfterSeconds));
  return response;
});

export const { DELETE, OPTIONS, PATCH, PUT } = refuseMethodsExcept("GET", "POST");
