import "server-only";
import { createHmac, hkdfSync, randomBytes } from "node:crypto";
import { errors, jwtVerify, SignJWT } from "jose";
import { slowKey } from "@/lib/slow-key";
import { isSameSecret } from "@/lib/web/same-secret";

export const SESSION_COOKIE = "checkout_admin";
export const SESSION_SECONDS = 12 * 60 * 60;

const ALGORITHM = "HS256";
const SUBJECT = "merchant";
const SESSION_ID = /^[\w-]{24}$/;

/** One browser that the merchant has signed in with. Nothing is stored: the cookie is the session. */
export type Session = {
  readonly id: string;
  /** Stands in every form of the merchant's pages. Another site cannot read it. */
  readonly csrfToken: string;
};

/** The value of the cookie. A changed secret changes the key, which signs out every browser. */
export async function newSession(secret: string, now: number): Promise<string> {
  return await new SignJWT()
    .setProtectedHeader({ alg: ALGORITHM })
    .setSubject(SUBJECT)
    .setJti(randomBytes(18).toString("base64url"))
    .setExpirationTime(new Date(now + SESSION_SECONDS * 1_000))
    .sign(keyFor(secret, "cookie"));
}

/** Null for a cookie that is missing, false, too old, or from before the secret was changed. */
export async function readSession(
  secret: string,
  { cookie, now }: { cookie: string | undefined; now: number },
): Promise<Session | null> {
  if (cookie === undefined) return null;
  try {
    const { payload } = await jwtVerify(cookie, keyFor(secret, "cookie"), {
      algorithms: [ALGORITHM],
      subject: SUBJECT,
      requiredClaims: ["exp", "jti"],
      currentDate: new Date(now),
    });
    const id = payload.jti ?? "";
    return SESSION_ID.test(id) ? { id, csrfToken: csrfToken(secret, id) } : null;
  } catch (error) {
    if (error instanceof errors.JOSEError) return null;
    throw error;
  }
}

export function hasCsrfToken({ csrfToken: expected }: Session, sent: string | null): boolean {
  return sent !== null && isSameSecret(sent, expected);
}

function csrfToken(secret: string, sessionId: string): string {
  return createHmac("sha256", keyFor(secret, "form")).update(sessionId).digest("base64url");
}

/** A key for each use, so that neither a cookie nor a form's token can be tried as the other. */
function keyFor(secret: string, use: "cookie" | "form"): Uint8Array {
  return new Uint8Array(hkdfSync("sha256", slowKey(secret), "", `checkout admin ${use}`, 32));
}
