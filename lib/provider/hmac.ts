type Hash = "SHA-256" | "SHA-512";
type Signed = Readonly<{ hash: Hash; secret: string; message: string | Uint8Array }>;

// Web Crypto only, so that providers also run on edge runtimes.
const encoder = new TextEncoder();
const bytesOf = (message: string | Uint8Array) =>
  typeof message === "string" ? encoder.encode(message) : new Uint8Array(message);

/** Keyed with the secret's UTF-8 bytes. */
export async function hmac({ hash, secret, message }: Signed): Promise<Uint8Array> {
  return new Uint8Array(await crypto.subtle.sign("HMAC", await keyOf(hash, secret), bytesOf(message)));
}

/** Compares in constant time. With an empty secret anyone could sign, so it verifies nothing. */
export async function verifyHmac(mac: Uint8Array<ArrayBuffer>, { hash, secret, message }: Signed): Promise<boolean> {
  return secret !== "" && crypto.subtle.verify("HMAC", await keyOf(hash, secret), mac, bytesOf(message));
}

const keys = new Map<string, Promise<CryptoKey>>();

/** Once for each secret, of which a process has a few. */
function keyOf(hash: Hash, secret: string): Promise<CryptoKey> {
  const name = `${hash} ${secret}`;
  const algorithm = { name: "HMAC", hash };
  const key = keys.get(name) ?? crypto.subtle.importKey("raw", encoder.encode(secret), algorithm, false, USAGES);
  keys.set(name, key);
  return key;
}

const USAGES = ["sign", "verify"] as const;

/** Lower-case hex. */
export const toHex = (bytes: Uint8Array) => Array.from(bytes, (byte) => byte.toString(16).padStart(2, "0")).join("");

/** For text that was checked to be hex. */
export const fromHex = (hex: string) => Uint8Array.from(hex.match(/../g) ?? [], (pair) => Number.parseInt(pair, 16));
