export type Fields = Readonly<Record<string, unknown>>;

export function isRecord(value: unknown): value is Fields {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

export const isText = (value: unknown, pattern: RegExp): value is string =>
  typeof value === "string" && pattern.test(value);

type Refused = Readonly<{ ok: false; reason: "not_json" | "too_deep" }>;

/** The value of a JSON text, or undefined when it is none. */
export function parseJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

/** A number of a JSON text as it was written: parsed, it would be a binary fraction. Empty when there is none. */
export function numberText(text: string, name: string, { mayBeQuoted = false } = {}): string {
  return new RegExp(`"${name}"\\s*:\\s*${mayBeQuoted ? '"?' : ""}([0-9.]+)`).exec(text)?.[1] ?? "";
}

/** Deeper values are refused: writing them out again would overflow the stack. */
const maxDepth = 100;

export function readJson(bytes: Uint8Array): Readonly<{ ok: true; value: unknown; text: string }> | Refused {
  try {
    const text = new TextDecoder("utf-8", { fatal: true, ignoreBOM: true }).decode(bytes);
    if (isTooDeep(text)) return { ok: false, reason: "too_deep" };
    return { ok: true, value: JSON.parse(text), text };
  } catch {
    return { ok: false, reason: "not_json" };
  }
}

/** Counts brackets outside strings in one pass; a regular expression could be made to take quadratic time. */
function isTooDeep(text: string): boolean {
  let depth = 0;
  let inString = false;
  for (let index = 0; index < text.length; index += 1) {
    const character = text[index];
    if (character === '"') inString = !inString;
    else if (inString) index += character === "\\" ? 1 : 0;
    else if (character === "[" || character === "{") depth += 1;
    else if (character === "]" || character === "}") depth -= 1;
    if (depth > maxDepth) return true;
  }
  return false;
}
