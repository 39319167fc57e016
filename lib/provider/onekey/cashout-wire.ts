import { z } from "zod";
import { CURRENCIES } from "@/lib/money/currency";
import type { PayoutReport } from "@/lib/orders/observation";
import { exactIdSchema, exactNumber, exactTextSchema, writeExactJson } from "../exact-json";
import { printable } from "../parsing";
import type { PayoutRequest, ReceiverField } from "../payout";

/** The formats of the cashouts API, V3 (§3.2, §3.3). */

export const CASHOUT_PATH = "/v3/cashout";
export const CASHOUT_STATUS_PATH = "/v3/cashout/status";
export const CASHOUT_CANCEL_PATH = "/v3/cashout/cancel";

/** `external_id` was used before: this cashout was made by an earlier call. */
export const USED = "511";

/** Of two places, which is how OneKey's amounts are written. */
export const CASHOUT_CURRENCIES: readonly string[] = Object.entries(CURRENCIES).flatMap(([code, { kind, exponent }]) =>
  kind === "fiat" && exponent === 2 ? [code] : [],
);

const optional = { isRequired: false };
const name = { pattern: ".{1,100}", form: "at most 100 characters" };
const number = { pattern: String.raw`[A-Za-z0-9.\/\-]{1,40}`, form: "letters, digits, dots, slashes and hyphens" };

/** Their names are OneKey's. Which of them a country asks for is not documented as a whole (§3.2). */
export const RECEIVER_FIELDS: readonly ReceiverField[] = [
  { name: "beneficiary_name", label: "First name", ...name, isRequired: true },
  { name: "beneficiary_lastname", label: "Last name", ...name, ...optional },
  { name: "document_id", label: "Document number", ...number, isRequired: true },
  { name: "document_type", label: "Document type", pattern: "[A-Z]{2,20}", form: "such as CPF", ...optional },
  { name: "bank_code", label: "Bank code", ...number, ...optional },
  { name: "bank_branch", label: "Branch", ...number, ...optional },
  { name: "bank_account", label: "Account number", ...number, ...optional },
  {
    name: "account_type",
    label: "Account type",
    pattern: "[CSV]",
    form: "C for checking, S for savings, V for vista",
    ...optional,
  },
  { name: "email", label: "Email", pattern: String.raw`[^\s@]{1,60}@[^\s@]{1,60}`, form: "an address", ...optional },
  { name: "phone", label: "Phone", pattern: String.raw`\+?[0-9 ]{5,20}`, form: "digits", ...optional },
];

type Login = Readonly<{ login: string; pass: string }>;
type Terms = PayoutRequest & Readonly<{ country: string; notificationUrl: string }>;

/** The amount as it was written, as in a deposit. The same request gives the same bytes. */
export function cashoutBody(terms: Terms, login: Login): string {
  const { reference, coin, amount, receiver = {}, message, country, notificationUrl } = terms;
  const known = RECEIVER_FIELDS.flatMap(({ name: field }) => {
    const value = receiver[field];
    return value === undefined ? [] : [[field, value] as const];
  });
  return writeExactJson({
    ...login,
    external_id: reference,
    country,
    currency: coin,
    amount: exactNumber(amount),
    ...Object.fromEntries(known),
    ...(message !== null && { comments: message }),
    notification_url: notificationUrl,
    type: "json",
  });
}

export const createdCashoutSchema = z.object({ cashout_id: exactIdSchema });
export const cashoutStatusSchema = z.object({
  cashout_status: exactTextSchema.pipe(z.string().max(20)),
  cashout_status_description: z.string().nullish().catch(null),
  rejection_code: exactTextSchema.nullish().catch(null),
  rejection_reason: z.string().nullish().catch(null),
});

/** COMPLETED can become REJECTED days later. A number that is not here reads as waiting, and changes nothing. */
const STATUSES = new Map<string, PayoutReport["status"]>([
  ["1", "sent"],
  ["2", "canceled"],
  ["3", "failed"],
]);
const ON_HOLD = "5";

/** A status names no money (§3.2), and no id. */
export function reportOf(reference: string, read: z.infer<typeof cashoutStatusSchema>): PayoutReport {
  const { cashout_status: number, cashout_status_description: word, rejection_code, rejection_reason } = read;
  const status = STATUSES.get(number) ?? "waiting";
  const reason = [rejection_code, rejection_reason].filter(Boolean).join(" ");
  return {
    ...accepted(reference, null),
    status,
    providerStatus: printable(word || number).slice(0, 60),
    ...(status === "waiting" && { held: number === ON_HOLD }),
    ...(reason !== "" && { reason: printable(reason) }),
  };
}

/** What the answer of a create call says. */
export function accepted(reference: string, payoutId: string | null): PayoutReport {
  const unknown = { money: null, claimUrl: null, transactionHash: null };
  return { reference, payoutId, status: "waiting", providerStatus: "accepted", ...unknown };
}
