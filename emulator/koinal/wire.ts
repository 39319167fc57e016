import { createHash, createHmac } from "node:crypto";
import { isRecord, parseJson } from "../core/json";

/*
 * The public documents have lost paths, methods, names of headers and fields, and the values of a status: these are
 * readings of their prose (§1.3, §1.4). Its counterpart in the app is `lib/provider/koinal/wire.ts`.
 */
export const operations = {
  quote: { method: "POST", path: /^\/quote$/ },
  create: { method: "POST", path: /^\/order$/ },
  status: { method: "GET", path: /^\/order\/([^/]+)\/status$/ },
} as const;
export type Operation = keyof typeof operations;

export const authorizationHeader = "authorization";
export const quoteTokenHeader = "quote-token";
export const signatureHeader = "Signature";

export const statuses = ["PENDING", "PROCESSING", "COMPLETED", "DECLINED", "CANCELED", "EXPIRED"] as const;
export type Status = (typeof statuses)[number];

/** The signature inside the authorization hash (§1.2): the secret is the key, and the end of the message as well. */
export function requestSignature(
  message: Record<"merchantCode" | "customerReference" | "timestamp" | "secret", string>,
) {
  const { merchantCode, customerReference, timestamp, secret } = message;
  return createHmac("sha256", secret).update(`${merchantCode}${customerReference}${timestamp}${secret}`).digest("hex");
}

/** Null when the value is not the base64 of the four fields. */
export function readAuthorization(value: string) {
  const fields = parseJson(Buffer.from(value, "base64").toString("utf8"));
  if (!isRecord(fields)) return null;
  const { merchant_code, customer_reference: customerReference, timestamp, signature } = fields;
  const isComplete = typeof customerReference === "string" && typeof timestamp === "string";
  if (typeof merchant_code !== "number" || !isComplete || typeof signature !== "string") return null;
  return { merchantCode: String(merchant_code), customerReference, timestamp, signature };
}

/** The signature of a callback over `<body><secret>` (§1.4), in one of its two readings. */
export function callbackSignature(body: string, { secret, construction }: { secret: string; construction: string }) {
  const hash = construction === "sha256" ? createHash("sha256") : createHmac("sha256", secret);
  return hash.update(body + secret).digest("hex");
}
