import type { Enforces } from "../check-names";
import { type ApiError, invalid } from "../protocol/api-error";
import { isPlainObject } from "./read-json";

/** The create fields of §5, read into types. Every optional field may be absent or null, and the texts empty. */
export interface CreateFields {
  readonly amountCents: number;
  readonly currency: number | null;
  readonly stableCoin: number | null;
  readonly acceptedStableCoins: readonly number[] | null;
  readonly orderId: string | null;
  readonly orderDescription: string | null;
  readonly userId: string | null;
  readonly userName: string | null;
  readonly redirectUrl: string | null;
  readonly extra: Readonly<Record<string, unknown>> | null;
}

export type CreateFieldsResult =
  | { readonly ok: true; readonly fields: CreateFields }
  | { readonly ok: false; readonly error: ApiError };

export interface CreateFieldRules {
  readonly unknownFields: "ignore" | "refuse";
  /** The longest text in characters; 0 for no limit. */
  readonly maxTextLength: number;
  readonly enforces: Enforces;
}

const knownFields = new Set([
  "currency",
  "stable_coin",
  "amount_cents",
  "accepted_stable_coins",
  "order_id",
  "order_description",
  "user_id",
  "user_name",
  "redirect_url",
  "extra",
]);

/** Thrown inside this file only, so that each field can be read in one expression. */
class FieldError extends Error {
  readonly refusal: ApiError;

  constructor(refusal: ApiError) {
    super(refusal.message);
    this.refusal = refusal;
  }
}

/** Checks the types of a create body (§5). What the values mean is judged afterwards. */
export function readCreateFields(body: unknown, rules: CreateFieldRules): CreateFieldsResult {
  if (!isPlainObject(body)) {
    if (!rules.enforces("body_object")) return readCreateFields({ currency: 1, amount_cents: 1000 }, rules);
    return { ok: false, error: invalid("body", "not_an_object", "The body must be a JSON object.") };
  }
  try {
    return { ok: true, fields: readFields(body, rules) };
  } catch (error) {
    if (error instanceof FieldError) return { ok: false, error: error.refusal };
    throw error;
  }
}

function readFields(body: Readonly<Record<string, unknown>>, rules: CreateFieldRules): CreateFields {
  const unknown = Object.keys(body).find((name) => !knownFields.has(name));
  if (unknown !== undefined && rules.unknownFields === "refuse" && rules.enforces("unknown_fields")) {
    throw refuse(unknown, "unknown_field", `There is no field "${unknown}".`);
  }
  const readText = (name: string): string | null => optionalText(name, body[name], rules);
  return {
    amountCents: positiveInteger("amount_cents", body.amount_cents, rules),
    currency: optionalInteger("currency", body.currency, rules),
    stableCoin: optionalInteger("stable_coin", body.stable_coin, rules),
    acceptedStableCoins: optionalIntegers("accepted_stable_coins", body.accepted_stable_coins, rules),
    orderId: readText("order_id"),
    orderDescription: readText("order_description"),
    userId: readText("user_id"),
    userName: readText("user_name"),
    redirectUrl: optionalUrl("redirect_url", readText("redirect_url"), rules),
    extra: optionalObject("extra", body.extra, rules),
  };
}

function refuse(field: string, reason: string, message: string): FieldError {
  return new FieldError(invalid(field, reason, message));
}

function positiveInteger(name: string, value: unknown, rules: CreateFieldRules): number {
  if (value === undefined || value === null) {
    if (!rules.enforces("amount_required")) return 1000;
    throw refuse(name, "required", `${name} is required.`);
  }
  if (typeof value !== "number" || !Number.isSafeInteger(value)) {
    if (!rules.enforces("amount_integer")) return Math.max(Math.trunc(Number(value)) || 1000, 1000);
    throw refuse(name, "not_an_integer", `${name} must be an integer.`);
  }
  if (value <= 0 && rules.enforces("amount_positive")) {
    throw refuse(name, "not_positive", `${name} must be more than zero.`);
  }
  return Math.max(value, 1);
}

function optionalInteger(name: string, value: unknown, rules: CreateFieldRules): number | null {
  if (value === undefined || value === null) return null;
  if (typeof value === "number" && Number.isSafeInteger(value)) return value;
  if (!rules.enforces("currency_type")) return 1;
  throw refuse(name, "not_an_integer", `${name} must be an integer from the enum, not a name.`);
}

function optionalIntegers(name: string, value: unknown, rules: CreateFieldRules): readonly number[] | null {
  if (value === undefined || value === null) return null;
  if (Array.isArray(value) && value.every((entry) => Number.isSafeInteger(entry))) return value;
  if (!rules.enforces("accepted_coins_type")) return null;
  throw refuse(name, "not_integers", `${name} must be an array of integers.`);
}

function optionalText(name: string, value: unknown, rules: CreateFieldRules): string | null {
  if (value === undefined || value === null) return null;
  if (typeof value !== "string") {
    if (!rules.enforces("text_type")) return null;
    throw refuse(name, "not_text", `${name} must be a string or null.`);
  }
  if (rules.maxTextLength > 0 && value.length > rules.maxTextLength && rules.enforces("text_length")) {
    throw refuse(name, "too_long", `${name} is longer than ${rules.maxTextLength} characters.`);
  }
  return value;
}

/** An empty URL stands for none, because PHP clients send empty strings (§2). */
function optionalUrl(name: string, value: string | null, rules: CreateFieldRules): string | null {
  if (value === null || value === "") return null;
  const isWeb = /^https?:\/\/[^\s]+$/i.test(value) && URL.canParse(value);
  if (isWeb || !rules.enforces("redirect_url")) return value;
  throw refuse(name, "not_a_url", `${name} must be an absolute http or https URL.`);
}

function optionalObject(
  name: string,
  value: unknown,
  rules: CreateFieldRules,
): Readonly<Record<string, unknown>> | null {
  if (value === undefined || value === null) return null;
  if (isPlainObject(value)) return value;
  if (!rules.enforces("extra_type")) return null;
  throw refuse(name, "not_an_object", `${name} must be an object or null.`);
}
