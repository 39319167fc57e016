import "server-only";
import { AsyncLocalStorage } from "node:async_hooks";
import { stripVTControlCharacters } from "node:util";
import pino from "pino";
import { getSettings } from "@/lib/env";
import { openLogOutput } from "@/lib/log-output";

type Value = string | number | boolean | null | undefined;
/** Not `event`, `level` or `time`, which each line has: of a key that is there twice, readers of JSON lose one. */
type Fields = { readonly [name: string]: Value } & {
  readonly event?: never;
  readonly level?: never;
  readonly time?: never;
};

/** One for the process, though Next gives each route a copy of this module: two writers would mix their lines. */
const shared = globalThis as { checkoutLog?: ReturnType<typeof createLog> };
shared.checkoutLog ??= createLog();
const { logger, output, context } = shared.checkoutLog;

/**
 * One JSON line per event on standard output. Whatever a field or a stack trace contains, the finished line holds neither a
 * configured secret nor a control character, because that is the last place where they can be taken out.
 */
function createLog() {
  const context = new AsyncLocalStorage<Fields>();
  const output = openLogOutput(process.stdout);
  const logger = pino(
    {
      base: null,
      timestamp: pino.stdTimeFunctions.isoTime,
      messageKey: "event",
      formatters: { level: (label) => ({ level: label }) },
      mixin: () => ({ ...context.getStore() }),
      hooks: { streamWrite: (line) => escapeControls(redact(line, getSettings().secrets)) },
    },
    output,
  );
  return { logger, output, context };
}

export const log = {
  info: (event: string, fields: Fields = {}) => logger.info(fields, event),
  warn: (event: string, fields: Fields = {}) => logger.warn(fields, event),
  /** For bugs and faults: the error's name, message and stack go along. */
  error: (event: string, error: unknown, fields: Fields = {}) => logger.error({ ...fields, err: error }, event),
};

/** Adds the fields to each line that `work` writes, whatever it calls and however long it waits. Nests. */
export function withLogFields<Result>(fields: Fields, work: () => Result): Result {
  return context.run({ ...context.getStore(), ...fields }, work);
}

/** Turns what anything else in the process prints, Next included, into lines of the log. */
export function logWhatIsPrinted(): void {
  for (const [stream, level] of [
    [process.stdout, "info"],
    [process.stderr, "warn"],
  ] as const) {
    stream.write = (chunk: string | Uint8Array, encoding?: unknown, callback?: unknown) => {
      const text = stripVTControlCharacters(typeof chunk === "string" ? chunk : Buffer.from(chunk).toString()).trim();
      if (text !== "") logger[level]({ text }, "printed");
      const done = typeof encoding === "function" ? encoding : callback;
      if (typeof done === "function") process.nextTick(() => done());
      return true;
    };
  }
}

/** For the end of the process: gives a slow reader a second for what is left. */
export function flushLog(): void {
  output.flush();
}

/** Replaces every occurrence of a secret, as it is and as JSON would escape it. */
export function redact(line: string, values: readonly string[]): string {
  let clean = line;
  for (const value of values) {
    clean = clean.replaceAll(value, "[redacted]").replaceAll(JSON.stringify(value).slice(1, -1), "[redacted]");
  }
  return clean;
}

/**
 * JSON leaves C1 controls, line separators and bidi overrides as they are, and a terminal obeys them. They stand inside
 * strings only, so an escape means the same.
 */
export function escapeControls(line: string): string {
  return line.replace(
    /[\u007f-\u009f\u2028-\u202e\u2066-\u2069]/g,
    (character) => `\\u${character.charCodeAt(0).toString(16).padStart(4, "0")}`,
  );
}
