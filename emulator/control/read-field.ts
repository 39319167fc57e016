import { isPlainObject } from "../api/read-json";

/** A control request that cannot be carried out, with the sentence that says why. */
export class ControlError extends Error {
  readonly status: number;

  constructor(message: string, status = 400) {
    super(message);
    this.status = status;
  }
}

type Fields = Readonly<Record<string, unknown>>;

export function optionalInteger(fields: Fields, name: string): number | undefined {
  const value = fields[name];
  if (value === undefined) return undefined;
  if (typeof value === "number" && Number.isSafeInteger(value)) return value;
  throw new ControlError(`"${name}" must be an integer.`);
}

export function nullableInteger(fields: Fields, name: string): number | null | undefined {
  return fields[name] === null ? null : optionalInteger(fields, name);
}

export function optionalString(fields: Fields, name: string): string | undefined {
  const value = fields[name];
  if (value === undefined) return undefined;
  if (typeof value === "string") return value;
  throw new ControlError(`"${name}" must be a string.`);
}

export function requiredString(fields: Fields, name: string): string {
  const value = optionalString(fields, name);
  if (value === undefined || value === "") throw new ControlError(`"${name}" is required.`);
  return value;
}

export function optionalBoolean(fields: Fields, name: string): boolean | undefined {
  const value = fields[name];
  if (value === undefined) return undefined;
  if (typeof value === "boolean") return value;
  throw new ControlError(`"${name}" must be true or false.`);
}

/** A decimal string such as "5.000000"; numbers are refused because they are binary fractions. */
export function optionalDecimal(fields: Fields, name: string): string | undefined {
  const value = optionalString(fields, name);
  if (value === undefined || /^\d{1,30}(\.\d{1,18})?$/.test(value)) return value;
  throw new ControlError(`"${name}" must be a decimal string such as "5.000000".`);
}

export function optionalObject(fields: Fields, name: string): Fields | undefined {
  const value = fields[name];
  if (value === undefined) return undefined;
  if (isPlainObject(value)) return value;
  throw new ControlError(`"${name}" must be an object.`);
}

/** Refuses misspelt fields: a switch that is silently ignored costs an afternoon. */
export function refuseUnknown(fields: Fields, known: readonly string[]): void {
  const unknown = Object.keys(fields).find((name) => !known.includes(name));
  if (unknown !== undefined) throw new ControlError(`There is no field "${unknown}". Known: ${known.join(", ")}.`);
}
