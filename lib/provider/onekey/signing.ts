// Web Crypto only, so that this folder also runs on edge runtimes.
const encoder = new TextEncoder();

/** What comes after the scheme word in `Authorization` of the deposits API (§3.4). A GET signs no body. */
export async function depositSignature(
  secret: string,
  { date, login, body }: { readonly date: string; readonly login: string; readonly body: string },
): Promise<string> {
  return hex(await sign(secret, date + login + body));
}

/** `Payload-Signature` of the cashouts API (§3.1): over the exact bytes that are sent. */
export async function payloadSignature(secret: string, body: string): Promise<string> {
  return hex(await sign(secret, body));
}

/**
 * Whether `control` of a cashout's notification is right (§3.3). It covers our reference alone and is the same for ever, so
 * a delivery that was seen once can be sent again with anything else in it: a hint, and never news.
 */
export async function verifyControl(
  secret: string,
  { externalId, control }: { readonly externalId: string; readonly control: string },
): Promise<boolean> {
  // With an empty secret anyone could sign.
  if (!/^[0-9A-F]{64}$/.test(control) || secret === "") return false;
  const sent = Uint8Array.from(control.match(/../g) ?? [], (pair) => Number.parseInt(pair, 16));
  const message = encoder.encode(`Be4${externalId}Bo7`);
  return crypto.subtle.verify("HMAC", await importKey(secret), sent, message);
}

/** `X-Date` (§3.4): UTC without fractions of a second. */
export function dateHeader(nowMs: number): string {
  return new Date(nowMs).toISOString().replace(/\.\d{3}Z$/, "Z");
}

async function sign(secret: string, message: string): Promise<ArrayBuffer> {
  return crypto.subtle.sign("HMAC", await importKey(secret), encoder.encode(message));
}

function importKey(secret: string): Promise<CryptoKey> {
  const algorithm = { name: "HMAC", hash: "SHA-256" };
  return crypto.subtle.importKey("raw", encoder.encode(secret), algorithm, false, ["sign", "verify"]);
}

function hex(bytes: ArrayBuffer): string {
  return Array.from(new Uint8Array(bytes), (byte) => byte.toString(16).padStart(2, "0")).join("");
}
