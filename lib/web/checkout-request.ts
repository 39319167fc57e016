import "server-only";
import { plainAmount } from "@/lib/money/amount-grammar";
import { type CheckoutRequest, checkoutRequestSchema, type FieldProblem } from "./contract";
import { browserId } from "./form";
import { type RefusalResult, refuse } from "./refusals";

export type ParsedCheckout =
  | {
      readonly ok: true;
      readonly fields: CheckoutRequest;
      /** From the form; a JSON client sends a header instead. */
      readonly formKey: string | null;
    }
  | RefusalResult;

export type BodyType = "json" | "form";

/** Which of the two kinds of body this is, by its media type alone. */
export function bodyType(contentType: string | null): BodyType | null {
  const mediaType = contentType?.split(";")[0]?.trim().toLowerCase();
  if (mediaType === "application/json") return "json";
  if (mediaType === "application/x-www-form-urlencoded") return "form";
  return null;
}

/**
 * Reads a checkout request from its bytes. Every field that is wrong is named with a sentence for people; the price is for
 * `checkPrice` to decide. `currency` is that of the shop, in which people type the amount of a form.
 */
export function parseCheckout(
  bytes: Uint8Array,
  { type, currency }: { type: BodyType; currency: string | undefined },
): ParsedCheckout {
  const text = decode(bytes);
  const raw = text === null ? undefined : type === "json" ? parseJson(text) : formFields(text, currency);
  if (text === null || raw === undefined) {
    return refuse({ code: "unreadable", detail: "The body is not what its content type says." });
  }
  const parsed = checkoutRequestSchema.safeParse(raw);
  if (parsed.success) return { ok: true, fields: parsed.data, formKey: type === "form" ? formKey(text) : null };
  const errors = parsed.error.issues.map(({ path, code, message }) => {
    const field = path.join(".") || "body";
    const problem: FieldProblem = code === "too_big" ? "too_long" : "invalid";
    return { field, code: problem, message };
  });
  return refuse({ code: "validation", detail: "A field is not valid.", errors });
}

const API_KEY_LENGTH = { min: 16, max: 200 };

/**
 * The idempotency key of a request, or null for none. The key of a form counts only in the browser that got the form,
 * which its cookie tells: in a link, or posted from another site, it would hand one payer's order to another. A key in
 * the header is one that the client made up itself, long enough not to be anyone else's.
 */
export function checkoutKey(
  headers: Headers,
  { type, formKey }: { type: BodyType; formKey: string | null },
): { readonly ok: true; readonly key: string | null } | RefusalResult {
  const browser = browserId(headers);
  if (type === "form") {
    return { ok: true, key: browser === null || !formKey ? null : JSON.stringify([browser, formKey.slice(0, 200)]) };
  }
  const key = headers.get("idempotency-key");
  if (key === null) return { ok: true, key: null };
  if (key.length < API_KEY_LENGTH.min || key.length > API_KEY_LENGTH.max) {
    const { min, max } = API_KEY_LENGTH;
    const detail = `An Idempotency-Key has ${min} to ${max} characters. Use a new UUID for each payment.`;
    return refuse({ code: "validation", detail });
  }
  return { ok: true, key: JSON.stringify([browser, key]) };
}

/**
 * The fields of the plain HTML form. Its radio group sends a preset, or "other" for the amount typed beside it, which is read
 * as the page's own code reads it; a ticked box sends "on". Forms send line breaks as CRLF, which the payer and
 * `maxlength` count as one character.
 */
function formFields(text: string, currency = ""): Record<string, unknown> {
  const form = new URLSearchParams(text);
  const amount = form.get("amount");
  const typed = amount === "other" ? form.get("customAmount") : amount;
  return {
    amount: typed === null ? undefined : plainAmount(typed, currency),
    name: form.get("name") ?? undefined,
    message: form.get("message")?.replaceAll("\r\n", "\n"),
    anonymous: !form.has("showName"),
  };
}

const formKey = (text: string) => new URLSearchParams(text).get("idempotencyKey");

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
