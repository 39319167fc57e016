import { isLosslessNumber, LosslessNumber, parse, stringify } from "lossless-json";
import { z } from "zod";
import { readJson } from "./parsing";

/** For providers that send money as JSON numbers: their digits never pass through a float. */

/** A decimal string as a JSON number with the same digits. */
export const exactNumber = (decimal: string) => new LosslessNumber(decimal);

/** A JSON number as the text that it was written as, to be piped into what that text has to be. */
export const exactNumberSchema = z.custom<LosslessNumber>(isLosslessNumber).transform(String);

/** For ids and codes, which some APIs write as numbers and some as texts. */
export const exactTextSchema = z.union([exactNumberSchema, z.string()]);

/** An id of the provider that goes into a path, so it is no dot segment that a URL would swallow. */
export const exactIdSchema = exactTextSchema.pipe(z.string().regex(/^[\w-]{1,64}$/));

export function writeExactJson(value: object): string {
  return stringify(value) ?? "";
}

/** Undefined when the bytes are not JSON in UTF-8. */
export const readExactJson = (bytes: Uint8Array) => readJson(bytes, parse);
