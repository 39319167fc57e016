import "server-only";
import { cookies, headers } from "next/headers";
import { notFound, redirect } from "next/navigation";
import { orderIdSchema } from "@/lib/orders/order";
import { getServices } from "@/lib/services";
import { readSession, SESSION_COOKIE, type Session } from "./session";

/** The session of a page's browser. Without one it is sent to the sign-in, and from there to `pageOf(goal)`. */
export async function requireSession(goal?: string): Promise<Session> {
  const { adminSecret } = getServices().settings;
  if (adminSecret === null) notFound();
  const cookie = (await cookies()).get(SESSION_COOKIE)?.value;
  const session = await readSession(adminSecret, { cookie, now: Date.now() });
  if (session !== null) return session;
  const query = new URLSearchParams();
  if (goal !== undefined) query.set("order", goal);
  // The cookie is SameSite=Strict, so a browser that followed a link in a message comes without it.
  if ((await headers()).get("sec-fetch-site") === "cross-site") query.set("elsewhere", "1");
  redirect(query.size === 0 ? "/admin/sign-in" : `/admin/sign-in?${query}`);
}

/** For a page of payments. Without an order store it would say that there are none; `/setup` says why. */
export async function requirePayments(goal?: string) {
  const { csrfToken } = await requireSession(goal);
  const { flow } = getServices();
  return flow === null ? redirect("/setup") : { csrfToken, flow };
}

export async function requireOrder(id: string) {
  const { csrfToken, flow } = await requirePayments(id);
  const orderId = orderIdSchema.safeParse(id);
  const order = orderId.success ? await flow.store.get(orderId.data) : null;
  return order === null ? notFound() : { csrfToken, flow, order };
}
