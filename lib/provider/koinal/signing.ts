import { fromHex, hmac, toHex, verifyHmac } from "../hmac";

const encoder = new TextEncoder();

export type Credentials = { readonly merchantCode: number; readonly secret: string };

/**
 * The authorization hash of one request (§1.2): base64 of compact JSON whose signature is an HMAC-SHA256 keyed with the
 * secret, over a message that ends in the secret. The parts have no separators: `12` and `3` sign like `1` and `23`.
 */
export async function authorizationHash(
  { merchantCode, secret }: Credentials,
  { customerReference, timestamp }: { readonly customerReference: string; readonly timestamp: string },
): Promise<string> {
  const message = `${merchantCode}${customerReference}${timestamp}${secret}`;
  const signature = toHex(await hmac({ hash: "SHA-256", secret, message }));
  const fields = { merchant_code: merchantCode, customer_reference: customerReference, timestamp, signature };
  return btoa(String.fromCharCode(...encoder.encode(JSON.stringify(fields))));
}

/** Two readings of the SHA-256 "signature" of `<body><secret>` (§1.4): an HMAC as for requests, or the plain hash. */
export type CallbackSignature = "hmac" | "sha256";

/** Compares in constant time. A malformed signature is false and never an exception. */
export async function verifyCallback(input: {
  readonly body: Uint8Array;
  readonly signature: string;
  readonly secret: string;
  readonly construction: CallbackSignature;
}): Promise<boolean> {
  const { body, signature, secret, construction } = input;
  // With an empty secret anyone could sign.
  if (!/^[0-9a-f]{64}$/i.test(signature) || secret === "") return false;
  const message = new Uint8Array([...body, ...encoder.encode(secret)]);
  const sent = fromHex(signature);
  if (construction === "hmac") return verifyHmac(sent, { hash: "SHA-256", secret, message });
  const expected = new Uint8Array(await crypto.subtle.digest("SHA-256", message));
  return expected.reduce((difference, byte, index) => difference | (byte ^ (sent[index] ?? 0)), 0) === 0;
}
