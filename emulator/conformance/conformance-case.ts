import type { RawAnswer } from "../test-support/merchant";
import type { Lab } from "./lab";

/** One promise of the protocol file, by its section, and how to see over plain HTTP that it is kept. */
export interface ConformanceCase {
  readonly section: string;
  readonly name: string;
  run(lab: Lab): Promise<void>;
}

/** HTTP status, code and reason of an answer, which is what most promises are about. */
export function verdict({ status, body }: RawAnswer): readonly [number, number | undefined, unknown] {
  return [status, body?.code, body?.error?.details?.reason];
}
