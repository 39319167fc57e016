// Web Crypto only, so that this folder also runs on edge runtimes.
const encoder = new TextEncoder();

/** HMAC-SHA512 of the exact bytes, in lower-case hex, keyed with the secret as text: it is not decoded from hex (§2.1). */
export async function sign(body: Uint8Array, secret: string): Promise<string> {
  const mac = await crypto.subtle.sign("HMAC", await importKey(secret, "sign"), new Uint8Array(body));
  return Array.from(new Uint8Array(mac), (byte) => byte.toString(16).padStart(2, "0")).join("");
}

/** Compares in constant time. A malformed signature is false and never an exception. */
export async function verify(body: Uint8Array, signature: string, secret: string): Promise<boolean> {
  // With an empty key anyone could sign, so an unset secret verifies nothing.
  if (!/^[0-9a-f]{128}$/i.test(signature) || secret === "") return false;
  const mac = Uint8Array.from(signature.match(/../g) ?? [], (pair) => Number.parseInt(pair, 16));
  return crypto.subtle.verify("HMAC", await importKey(secret, "verify"), mac, new Uint8Array(body));
}

function importKey(secret: string, usage: "sign" | "verify"): Promise<CryptoKey> {
  return crypto.subtle.importKey("raw", encoder.encode(secret), { name: "HMAC", hash: "SHA-512" }, false, [usage]);
}
