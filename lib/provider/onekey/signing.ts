// Web Crypto only, so that this folder also runs on edge runtimes.
const encoder = new TextEncoder();

/** What comes after the scheme word in `Authorization` of the deposits API (§3.4). A GET signs no body. */
export async function depositSignature(
  secret: string,
  { date, login, body }: { readonly date: string; readonly login: string; readonly body: string },
): Promise<string> {
  return hex(await sign(secret, date + login + body));
}

/** `X-Date` (§3.4): UTC without fractions of a second. */
export function dateHeader(nowMs: number): string {
  return new Date(nowMs).toISOString().replace(/\.\d{3}Z$/, "Z");
}

async function sign(secret: string, message: string): Promise<ArrayBuffer> {
  const algorithm = { name: "HMAC", hash: "SHA-256" };
  const key = await crypto.subtle.importKey("raw", encoder.encode(secret), algorithm, false, ["sign"]);
  return crypto.subtle.sign("HMAC", key, encoder.encode(message));
}

function hex(bytes: ArrayBuffer): string {
  return Array.from(new Uint8Array(bytes), (byte) => byte.toString(16).padStart(2, "0")).join("");
}
