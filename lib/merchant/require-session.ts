import "server-only";
import { cookies, headers } from "next/headers";
import { notFound, redirect } from "next/navigation";
import { getServices } from "@/lib/services";
import { readSession, SESSION_COOKIE, type Session } from "./session";

/** For a page: the session of the browser that asks for it. Any other is sent to sign in, and from there to its goal (`pageOf`). */
export async function requireSession(goal?: string): Promise<Session> {
  const session = await currentSession();
  if (session !== null) {
    // Without an order store every other page would say that there are no payments.
    if (goal !== "setup" && getServices().flow === null) redirect("/setup");
    return session;
  }
  const query = new URLSearchParams();
  if (goal !== undefined) query.set("order", goal);
  // The cookie is SameSite=Strict, so a browser that followed a link in a message comes without it.
  if ((await headers()).get("sec-fetch-site") === "cross-site") query.set("elsewhere", "1");
  redirect(query.size === 0 ? "/admin/sign-in" : `/admin/sign-in?${query}`);
}

/** Null when the browser is not signed in. Without an `ADMIN_SECRET` there is no such page. */
async function currentSession(): Promise<Session | null> {
  const { settings } = getServices();
  if (settings.adminSecret === null) notFound();
  const cookie = (await cookies()).get(SESSION_COOKIE)?.value;
  return await readSession(settings.adminSecret, { cookie, now: Date.now() });
}
