import { type ApiError, invalid } from "../protocol/api-error";

export type JsonBody =
  | { readonly ok: true; readonly value: unknown; readonly text: string }
  | { readonly ok: false; readonly error: ApiError };

/** Reads a body as UTF-8 JSON. Only what is signed is looked at: Content-Type is not (§2). */
export function readJson(body: Uint8Array): JsonBody {
  try {
    const text = new TextDecoder("utf-8", { fatal: true, ignoreBOM: true }).decode(body);
    return { ok: true, value: JSON.parse(text), text };
  } catch {
    return { ok: false, error: invalid("body", "not_json", "The body is not JSON in UTF-8.") };
  }
}

export function isPlainObject(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}
