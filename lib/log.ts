import "server-only";
import pino from "pino";
import { getSettings } from "@/lib/env";

type Fields = Readonly<Record<string, string | number | boolean | null | undefined>>;

/**
 * One JSON line per event on standard output. Whatever a field or a stack trace contains, the values of the configured
 * secrets are taken out of the finished line, because that is the last place where they can be.
 */
const logger = pino({
  base: null,
  timestamp: pino.stdTimeFunctions.isoTime,
  messageKey: "event",
  formatters: { level: (label) => ({ level: label }) },
  hooks: { streamWrite: (line) => redact(line, getSettings().secrets) },
});

export const log = {
  info: (event: string, fields: Fields = {}) => logger.info(fields, event),
  warn: (event: string, fields: Fields = {}) => logger.warn(fields, event),
  /** For bugs and faults: the error's name, message and stack go along. */
  error: (event: string, error: unknown, fields: Fields = {}) => logger.error({ ...fields, err: error }, event),
};

/** Replaces every occurrence of a secret, as it is and as JSON would escape it. */
export function redact(line: string, values: readonly string[]): string {
  let clean = line;
  for (const value of values) {
    clean = clean.replaceAll(value, "[redacted]").replaceAll(JSON.stringify(value).slice(1, -1), "[redacted]");
  }
  return clean;
}
