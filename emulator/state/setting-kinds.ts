/** One switch of the emulator: what it defaults to, what it means, and which values it takes. */
export interface Setting<T> {
  readonly default: T;
  readonly about: string;
  /** JSON schema of the value, shown in the OpenAPI description. */
  readonly schema: Readonly<Record<string, unknown>>;
  /** The value in its type, or undefined when it is not one this setting takes. */
  parse(value: unknown): T | undefined;
}

export function flag(byDefault: boolean, about: string): Setting<boolean> {
  return {
    default: byDefault,
    about,
    schema: { type: "boolean" },
    parse: (value) => (typeof value === "boolean" ? value : undefined),
  };
}

export interface Range {
  readonly min: number;
  readonly max: number;
}

function isIntegerWithin(value: unknown, { min, max }: Range): value is number {
  return typeof value === "number" && Number.isSafeInteger(value) && value >= min && value <= max;
}

export function integer(byDefault: number, range: Range, about: string): Setting<number> {
  return {
    default: byDefault,
    about,
    schema: { type: "integer", minimum: range.min, maximum: range.max },
    parse: (value) => (isIntegerWithin(value, range) ? value : undefined),
  };
}

export function integers(byDefault: readonly number[], range: Range, about: string): Setting<readonly number[]> {
  return {
    default: byDefault,
    about,
    schema: { type: "array", items: { type: "integer", minimum: range.min, maximum: range.max } },
    parse: (value) =>
      Array.isArray(value) && value.every((entry) => isIntegerWithin(entry, range)) ? value : undefined,
  };
}

export function choice<const T extends string>(
  byDefault: NoInfer<T>,
  options: readonly T[],
  about: string,
): Setting<T> {
  return {
    default: byDefault,
    about,
    schema: { type: "string", enum: options },
    parse: (value) => options.find((option) => option === value),
  };
}

export function text(byDefault: string, about: string): Setting<string> {
  return {
    default: byDefault,
    about,
    schema: { type: "string" },
    parse: (value) => (typeof value === "string" ? value : undefined),
  };
}

export function texts<const T extends string>(
  byDefault: readonly NoInfer<T>[],
  options: readonly T[] | null,
  about: string,
): Setting<readonly T[]> {
  const accepts = (entry: unknown): entry is T =>
    typeof entry === "string" && (options === null || options.some((option) => option === entry));
  return {
    default: byDefault,
    about,
    schema: { type: "array", items: options === null ? { type: "string" } : { type: "string", enum: options } },
    parse: (value) => (Array.isArray(value) && value.every(accepts) ? value : undefined),
  };
}

/** A table from a name that `isName` knows to a value that `accepts` recognises. */
export function table<T>(
  isName: (name: string) => boolean,
  accepts: (value: unknown) => value is T,
  about: string,
): Setting<Readonly<Record<string, T>>> {
  return {
    default: {},
    about,
    schema: { type: "object" },
    parse: (value) => {
      if (typeof value !== "object" || value === null || Array.isArray(value)) return undefined;
      const entries = Object.entries(value);
      const good = entries.filter((entry): entry is [string, T] => isName(entry[0]) && accepts(entry[1]));
      return good.length === entries.length ? Object.fromEntries(good) : undefined;
    },
  };
}
