import { parseDecimal } from "./decimal";
import { type Fields, isRecord, parseJson } from "./json";

export type JsonSchema = Readonly<Record<string, unknown>>;

/** One named value from outside: what it means, which values it takes, and how to say so in a sentence. */
export interface Field<T> {
  readonly about: string;
  readonly schema: JsonSchema;
  readonly form: string;
  parse(value: unknown): T | undefined;
}

export type Setting<T> = Field<T> & { readonly default: T };
export type FieldTable = Readonly<Record<string, Field<unknown>>>;
export type SettingTable = Readonly<Record<string, Setting<unknown>>>;
export type ValueOf<F> = F extends Field<infer T> ? T : never;
export type ValuesOf<Table> = { -readonly [Name in keyof Table]: ValueOf<Table[Name]> };

export function setting<T>(byDefault: NoInfer<T>, field: Field<T>): Setting<T> {
  return { ...field, default: byDefault };
}

export function flag(about: string): Field<boolean> {
  const parse = (value: unknown) => (typeof value === "boolean" ? value : undefined);
  return { about, schema: { type: "boolean" }, form: "true or false", parse };
}

export type Range = Readonly<{ min: number; max: number }>;

export function integer(about: string, range?: Range): Field<number> {
  const { min, max } = range ?? { min: Number.MIN_SAFE_INTEGER, max: Number.MAX_SAFE_INTEGER };
  const isWithin = (value: number): boolean => Number.isSafeInteger(value) && value >= min && value <= max;
  const schema = { type: "integer", ...(range && { minimum: min, maximum: max }) };
  const form = range ? `an integer from ${min} to ${max}` : "an integer";
  return { about, schema, form, parse: (value) => (typeof value === "number" && isWithin(value) ? value : undefined) };
}

export function list<T>(entry: Field<T>, { maxLength, example }: Readonly<{ maxLength: number; example: string }>) {
  const { about } = entry;
  const parse = (value: unknown): readonly T[] | undefined => {
    if (!Array.isArray(value) || value.length > maxLength) return undefined;
    const entries = value.map((each) => entry.parse(each)).filter((each) => each !== undefined);
    return entries.length === value.length ? entries : undefined;
  };
  const form = `a list of at most ${maxLength} values, each ${entry.form}, such as ${example}`;
  return { about, schema: { type: "array", items: entry.schema, maxItems: maxLength }, form, parse };
}

export function choice<const T extends string | number>(about: string, options: readonly T[]): Field<T> {
  const parse = (value: unknown) => options.find((option) => option === value);
  return { about, schema: { enum: options }, form: `one of ${options.join(", ")}`, parse };
}

function stringField(about: string, form: string, accepts: (value: string) => boolean): Field<string> {
  const parse = (value: unknown) => (typeof value === "string" && accepts(value) ? value : undefined);
  return { about, schema: { type: "string" }, form, parse };
}

export const text = (about: string): Field<string> => stringField(about, "a string", () => true);

/** A decimal string; numbers are refused because they are binary fractions. */
export const decimal = (about: string): Field<string> =>
  stringField(about, 'a decimal string such as "5.000000"', (value) => parseDecimal(value) !== null);

export function isWebUrl(value: string): boolean {
  return /^https?:\/\/[^\s]+$/i.test(value) && URL.canParse(value);
}

export const webUrl = (about: string): Field<string> =>
  stringField(about, 'an absolute http or https URL such as "http://localhost:3000/hooks"', isWebUrl);

export function record(about: string): Field<Fields> {
  const parse = (value: unknown) => (isRecord(value) ? value : undefined);
  return { about, schema: { type: "object" }, form: "an object", parse };
}

const unitMs: Readonly<Record<string, number>> = { ms: 1, s: 1_000, m: 60_000, h: 3_600_000, d: 86_400_000 };

export function duration(about: string): Field<number> {
  const form = 'milliseconds or a string such as "90s", "31m" or "2h"';
  return { about: `${about} Takes ${form}.`, schema: { type: ["integer", "string"] }, form, parse: parseDurationMs };
}

export function parseDurationMs(value: unknown): number | undefined {
  const match = typeof value === "string" ? /^(\d{1,12})(ms|s|m|h|d)$/.exec(value) : null;
  const ms = match === null ? value : Number(match[1]) * (unitMs[match[2] ?? ""] ?? 0);
  return typeof ms === "number" && Number.isSafeInteger(ms) && ms >= 0 ? ms : undefined;
}

export function nullable<T>({ about, schema, form, parse }: Field<T>): Field<T | null> {
  const orNull = (value: unknown) => (value === null ? null : parse(value));
  return { about, schema: { anyOf: [schema, { type: "null" }] }, form: `${form}, or null`, parse: orNull };
}

export type FieldsResult = { ok: true; values: Record<string, unknown> } | { ok: false; message: string };

/** Reads an object by its table. Unknown names are refused: an ignored misspelling costs an afternoon. */
export function readFields(table: FieldTable, given: Fields, required: readonly string[] = []): FieldsResult {
  const values: Record<string, unknown> = {};
  for (const [name, value] of Object.entries(given)) {
    const field = Object.hasOwn(table, name) ? table[name] : undefined;
    const known = Object.keys(table).join(", ") || "none";
    if (field === undefined) return { ok: false, message: `There is no field "${name}". Known: ${known}.` };
    const parsed = field.parse(value);
    if (parsed === undefined) return { ok: false, message: `"${name}" takes ${field.form}.` };
    values[name] = parsed;
  }
  const missing = required.find((name) => values[name] === undefined || values[name] === "");
  return missing === undefined ? { ok: true, values } : { ok: false, message: `"${missing}" is required.` };
}

export function settingFields(table: SettingTable): FieldTable {
  return Object.fromEntries(Object.entries(table).map(([name, each]) => [name, nullable(each)]));
}

export function defaultsOf(table: SettingTable): Record<string, unknown> {
  return Object.fromEntries(Object.entries(table).map(([name, each]) => [name, each.default]));
}

/** Reads settings given by name; one bad entry refuses all of them. Null stands for the default. */
export function readSettings(table: SettingTable, given: Fields): FieldsResult {
  const read = readFields(settingFields(table), given);
  if (!read.ok) return { ok: false, message: read.message.replace(/field/, "setting") };
  const entries = Object.entries(read.values).map(([name, value]) => [name, value ?? table[name]?.default ?? null]);
  return { ok: true, values: Object.fromEntries(entries) };
}

/** A setting as typed on a command line: the text itself where the setting takes it, else JSON. */
export function settingFromText(table: SettingTable, name: string, written: string): unknown {
  const value = parseJson(written);
  return value === undefined || table[name]?.parse(written) !== undefined ? written : value;
}
