/** Web Crypto only, so that this folder runs on Node, on edge runtimes and in other people's frameworks alike. */

const encoder = new TextEncoder();

/** Lower-case hex SHA-256 of the bytes as they are: hash what was sent or received, never what a parser made of it. */
export async function sha256Hex(bytes: Uint8Array): Promise<string> {
  const digest = await crypto.subtle.digest("SHA-256", new Uint8Array(bytes));
  return Array.from(new Uint8Array(digest), (byte) => byte.toString(16).padStart(2, "0")).join("");
}

/** `v1=` and the padded base64 of HMAC-SHA256 over the canonical string, keyed with the secret's UTF-8 bytes (§2). */
export async function sign(canonical: string, secret: string): Promise<string> {
  const key = await importKey(secret, "sign");
  const mac = await crypto.subtle.sign("HMAC", key, encoder.encode(canonical));
  return `v1=${btoa(String.fromCharCode(...new Uint8Array(mac)))}`;
}

/**
 * True when the signature header was made with the secret. `crypto.subtle.verify` recomputes the MAC and compares in
 * constant time; a signature of another length is simply false. What is no `v1=` and base64 of 32 bytes is false too:
 * a forged header must never end as an exception.
 */
export async function verifySignature(input: {
  readonly canonical: string;
  /** The whole header value. */
  readonly signature: string;
  readonly secret: string;
}): Promise<boolean> {
  const base64 = /^v1=([A-Za-z0-9+/]{43}=)$/.exec(input.signature)?.[1];
  // An empty key would let anybody sign, so an unset secret verifies nothing.
  if (base64 === undefined || input.secret === "") return false;
  const mac = Uint8Array.from(atob(base64), (character) => character.charCodeAt(0));
  const key = await importKey(input.secret, "verify");
  return crypto.subtle.verify("HMAC", key, mac, encoder.encode(input.canonical));
}

function importKey(secret: string, usage: "sign" | "verify"): Promise<CryptoKey> {
  return crypto.subtle.importKey("raw", encoder.encode(secret), { name: "HMAC", hash: "SHA-256" }, false, [usage]);
}
