import type { z } from "zod";

/** Undefined when the bytes are not JSON in UTF-8. */
export function readJson(bytes: Uint8Array, parse: (text: string) => unknown = JSON.parse): unknown {
  try {
    return parse(new TextDecoder("utf-8", { fatal: true }).decode(bytes));
  } catch {
    return undefined;
  }
}

/** For money, ids and statuses: missing, null or of the documented type. */
export const optional = <Schema extends z.ZodType>(schema: Schema) =>
  schema.nullish().transform((value) => value ?? undefined);

/** For what must not cost a confirmation when it is malformed: a value of another type counts as missing. */
export const lenient = <Schema extends z.ZodType>(schema: Schema) => schema.optional().catch(undefined);

/** For the log: which fields are wrong, without their values. */
export function describeIssues(error: z.ZodError): string {
  return error.issues.map((issue) => `${issue.path.join(".") || "(all)"}: ${issue.code}`).join(", ");
}

/** One line of at most 300 characters: text from outside must not forge a second log line, nor repeat a secret. */
export function printable(text: string, secrets: readonly string[] = []): string {
  // The longest first, as one can be part of another; and before the cut, which could leave the start of one.
  const longestFirst = secrets.toSorted((a, b) => b.length - a.length);
  const hidden = longestFirst.reduce((rest, secret) => rest.replaceAll(secret, "[hidden]"), text);
  return hidden.replace(/[\p{Cc}\p{Cf}\u2028\u2029]+/gu, " ").slice(0, 300);
}
