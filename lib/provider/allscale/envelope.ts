import { z } from "zod";

/** Longer waits are not believed: a wrong unit must not stop a shop for weeks. */
const LONGEST_RETRY_AFTER_SECONDS = 3_600;

const optional = <Schema extends z.ZodType>(schema: Schema) => schema.optional().catch(undefined);

/**
 * The envelope of every answer (§3). Two shapes of errors were seen in the wild, and every field of either may be missing,
 * so a field of the wrong type counts as missing. Only a code makes it an envelope.
 */
const envelopeSchema = z.object({
  code: optional(z.int()),
  error_code: optional(z.int()),
  error_message: optional(z.string()),
  payload: z.unknown().optional(),
  request_id: optional(z.string()),
  retry_after: z.unknown().optional(),
  error: optional(
    z.object({
      code: optional(z.int()),
      message: optional(z.string()),
      details: optional(z.record(z.string(), z.unknown())),
    }),
  ),
});
export type Envelope = z.infer<typeof envelopeSchema>;

/** Null when the bytes are not a JSON object with a code. */
export function readEnvelope(body: Uint8Array): Envelope | null {
  let json: unknown;
  try {
    json = JSON.parse(new TextDecoder("utf-8", { fatal: true }).decode(body));
  } catch {
    return null;
  }
  const parsed = envelopeSchema.safeParse(json);
  return parsed.success && !Number.isNaN(errorCode(parsed.data)) ? parsed.data : null;
}

/** 0 means success. NaN when there is no code in any of the known places. */
export function errorCode(envelope: Envelope): number {
  return envelope.code ?? envelope.error_code ?? envelope.error?.code ?? Number.NaN;
}

/** For logs: AllScale's own words, made safe to print. */
export function errorReason(envelope: Envelope): string | undefined {
  const { error, error_message } = envelope;
  const details = error?.details;
  const said = details?.reason ?? error?.message ?? error_message ?? (details && listed(details));
  return typeof said === "string" && said !== "" ? printable(said) : undefined;
}

/** Plain values only: a deeply nested answer would overflow the stack of a serializer. */
function listed(details: Record<string, unknown>): string {
  const plain = Object.entries(details).filter(([, value]) => typeof value === "string" || typeof value === "number");
  return plain.map(([key, value]) => `${key}=${value}`).join(", ");
}

/** One line of at most 300 characters: text from outside must not forge a second log line. */
export function printable(text: string): string {
  return text.replace(/[\p{Cc}\p{Cf}\u2028\u2029]+/gu, " ").slice(0, 300);
}

/** Whole seconds, from the body or the `Retry-After` header. The unit is not documented; seconds are assumed (§13). */
export function retryAfterSeconds(envelope: Envelope, headers: Headers): number | undefined {
  const candidates = [envelope.error?.details?.retry_after, envelope.retry_after, headers.get("Retry-After")];
  for (const candidate of candidates) {
    const seconds = wholeSeconds(candidate);
    if (seconds !== undefined) return Math.min(seconds, LONGEST_RETRY_AFTER_SECONDS);
  }
  return undefined;
}

function wholeSeconds(value: unknown): number | undefined {
  const text = typeof value === "number" ? String(value) : value;
  if (typeof text !== "string" || !/^[0-9]+(\.[0-9]+)?$/.test(text)) return undefined;
  return Math.ceil(Number(text));
}
