import type { Report } from "./report";
import type { Sizes } from "./sizes";

type CaseContext = { readonly report: Report; readonly sizes: Sizes; readonly seed: number };

/** One family of faults. A throw is a failure of its own, beside the checks it made. */
export type Case = {
  readonly name: string;
  /** It measures memory or time, so no other case runs beside it. */
  readonly measures?: true;
  run(context: CaseContext): Promise<void>;
};
