import { createHmac } from "node:crypto";

/** The deposits API (§3.4). Its counterpart in the app is `lib/provider/onekey/wire.ts`. */
export const operations = {
  create: { method: "POST", path: /^\/v3\/deposits$/ },
  status: { method: "GET", path: /^\/v3\/deposits\/([^/]+)$/ },
} as const;
export type Operation = keyof typeof operations;

/** The cashouts API, V3 (§3.2): a path and a method name each of its calls. */
export const cashoutOperations = {
  cashout: { method: "POST", path: "/v3/cashout" },
  cashout_status: { method: "POST", path: "/v3/cashout/status" },
  cashout_hold: { method: "PUT", path: "/v3/cashout/status" },
  cashout_cancel: { method: "DELETE", path: "/v3/cashout/cancel" },
} as const;
export type CashoutOperation = keyof typeof cashoutOperations;

/** By their numbers on the wire. */
export const cashoutStatuses = ["PENDING", "COMPLETED", "CANCELLED", "REJECTED", "DELIVERED", "ON_HOLD"] as const;
export type CashoutStatus = (typeof cashoutStatuses)[number];

export const statuses = [
  "CREATED",
  "INITIATED",
  "PENDING",
  "EARLY_RELEASED",
  "FOR_REVIEW",
  "APPROVED",
  "COMPLETED",
  "EXPIRED",
  "CANCELLED",
  "DECLINED",
] as const;
export type Status = (typeof statuses)[number];

type Signed = Readonly<Record<"secret" | "date" | "login" | "body", string>>;

export function depositSignature({ secret, date, login, body }: Signed): string {
  return payloadSignature(secret, date + login + body);
}

/** Of a cashout's request, over its exact bytes (§3.1). */
export function payloadSignature(secret: string, body: string): string {
  return createHmac("sha256", secret).update(body).digest("hex");
}

/** Of a cashout's notification, over the merchant's reference alone (§3.3). */
export function controlOf(secret: string, externalId: string): string {
  return createHmac("sha256", secret).update(`Be4${externalId}Bo7`).digest("hex").toUpperCase();
}

/** Both scheme words are taken: which one the live API takes is not known. Null for another form. */
export function readAuthorization(value: string): string | null {
  return /^(?:OKP|D24) ([0-9a-f]{64})$/.exec(value)?.[1] ?? null;
}

/** The time of an `X-Date`, or null when it has another form, such as one with fractions. */
export function readDate(value: string): number | null {
  const time = /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ$/.test(value) ? Date.parse(value) : Number.NaN;
  return Number.isNaN(time) ? null : time;
}
