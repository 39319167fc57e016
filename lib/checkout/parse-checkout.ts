import "server-only";
import { formatAmount } from "@/lib/money/amount";
import type { Pricing } from "@/lib/settings/deployment-settings";
import { type CheckoutRequest, checkoutRequestSchema, type Problem } from "./contract";

export type ParsedCheckout =
  | {
      readonly ok: true;
      readonly fields: CheckoutRequest;
      /** From the form; a JSON client sends a header instead. */
      readonly idempotencyKey: string | null;
    }
  | { readonly ok: false; readonly code: "unreadable" | "unsupported_type" }
  | { readonly ok: false; readonly code: "validation"; readonly errors: NonNullable<Problem["errors"]> };

export type BodyType = "json" | "form";

/** Which of the two kinds of body this is, by its media type alone. */
export function bodyType(contentType: string | null): BodyType | null {
  const mediaType = contentType?.split(";")[0]?.trim().toLowerCase();
  if (mediaType === "application/json") return "json";
  if (mediaType === "application/x-www-form-urlencoded") return "form";
  return null;
}

/**
 * Reads a checkout request from its bytes. Every field that is wrong is named with a sentence for people. A fixed price
 * takes the place of whatever amount was sent.
 */
export function parseCheckout(
  bytes: Uint8Array,
  { type, pricing }: { type: BodyType; pricing: Pricing | null },
): ParsedCheckout {
  const text = decode(bytes);
  if (text === null) return { ok: false, code: "unreadable" };
  const raw = type === "json" ? parseJson(text) : formFields(text);
  if (raw === undefined) return { ok: false, code: "unreadable" };
  const isObject = typeof raw === "object" && raw !== null && !Array.isArray(raw);
  const request = pricing?.fixed && isObject ? { ...raw, amount: priceOf(pricing) } : raw;
  const parsed = checkoutRequestSchema.safeParse(request);
  if (!parsed.success) {
    const errors = parsed.error.issues.map((issue) => ({
      field: issue.path.join(".") || "body",
      message: issue.message,
    }));
    return { ok: false, code: "validation", errors };
  }
  return { ok: true, fields: parsed.data, idempotencyKey: type === "form" ? formKey(text) : null };
}

/**
 * The fields of the plain HTML form. Its radio group sends a preset, or "other" for the amount typed beside it; a ticked
 * box sends "on". Forms send line breaks as CRLF, which the payer and `maxlength` count as one character.
 */
function formFields(text: string): Record<string, unknown> {
  const form = new URLSearchParams(text);
  const amount = form.get("amount");
  return {
    amount: (amount === "other" ? form.get("customAmount") : amount)?.trim() ?? undefined,
    name: form.get("name") ?? undefined,
    message: form.get("message")?.replaceAll("\r\n", "\n"),
    anonymous: form.has("anonymous"),
  };
}

function formKey(text: string): string | null {
  return new URLSearchParams(text).get("idempotencyKey");
}

/** Of a fixed price, whose bounds are the same. */
function priceOf({ currency, min }: Pricing): string {
  return formatAmount({ currency, minor: min });
}

/** Fatal, because bytes that are no UTF-8 would otherwise be stored as something the payer did not write. */
function decode(bytes: Uint8Array): string | null {
  try {
    return new TextDecoder("utf-8", { fatal: true }).decode(bytes);
  } catch {
    return null;
  }
}

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}
