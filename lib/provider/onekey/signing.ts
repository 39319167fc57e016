import { fromHex, hmac, toHex, verifyHmac } from "../hmac";

/** What comes after the scheme word in `Authorization` of the deposits API (§3.4). A GET signs no body. */
export async function depositSignature(
  secret: string,
  { date, login, body }: { readonly date: string; readonly login: string; readonly body: string },
): Promise<string> {
  return payloadSignature(secret, date + login + body);
}

/** `Payload-Signature` of the cashouts API (§3.1): over the exact bytes that are sent. */
export async function payloadSignature(secret: string, message: string): Promise<string> {
  return toHex(await hmac({ hash: "SHA-256", secret, message }));
}

/**
 * Whether `control` of a cashout's notification is right (§3.3). It covers our reference alone and never changes, so a
 * delivery that was seen once can be sent again with anything else in it: a hint, and never news.
 */
export async function verifyControl(
  secret: string,
  { externalId, control }: { readonly externalId: string; readonly control: string },
): Promise<boolean> {
  const message = `Be4${externalId}Bo7`;
  return /^[0-9A-F]{64}$/.test(control) && verifyHmac(fromHex(control), { hash: "SHA-256", secret, message });
}

/** `X-Date` (§3.4): UTC without fractions of a second. */
export function dateHeader(nowMs: number): string {
  return new Date(nowMs).toISOString().replace(/\.\d{3}Z$/, "Z");
}
