import { fromHex, hmac, toHex, verifyHmac } from "../hmac";

/** HMAC-SHA512 of the exact bytes, in lower-case hex, keyed with the secret as text, not decoded from hex (§2.1). */
export async function sign(message: Uint8Array, secret: string): Promise<string> {
  return toHex(await hmac({ hash: "SHA-512", secret, message }));
}

/** Compares in constant time. A malformed signature is false and never an exception. */
export async function verify(message: Uint8Array, signature: string, secret: string): Promise<boolean> {
  const isHex = /^[0-9a-f]{128}$/i.test(signature);
  return isHex && verifyHmac(fromHex(signature), { hash: "SHA-512", secret, message });
}
