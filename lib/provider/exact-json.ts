import { isLosslessNumber, LosslessNumber, parse, stringify } from "lossless-json";
import { z } from "zod";

/** For providers that send money as JSON numbers: their digits never pass through a float. */

/** A decimal string as a JSON number with the same digits. */
export const exactNumber = (decimal: string) => new LosslessNumber(decimal);

/** A JSON number as the text that it was written as, to be piped into what that text has to be. */
export const exactNumberSchema = z.custom<LosslessNumber>(isLosslessNumber).transform(String);

export function writeExactJson(value: object): string {
  return stringify(value) ?? "";
}

/** Undefined when the bytes are not JSON in UTF-8. */
export function readExactJson(bytes: Uint8Array): unknown {
  try {
    return parse(new TextDecoder("utf-8", { fatal: true }).decode(bytes));
  } catch {
    return undefined;
  }
}
