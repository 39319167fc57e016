import { authenticationCases } from "./authentication";
import type { ConformanceCase, Target } from "./case";
import { intentCases } from "./intents";

export const allCases: readonly ConformanceCase[] = [...authenticationCases, ...intentCases];

/** The cases that a target has what is needed for. */
export function casesFor(target: Target): readonly ConformanceCase[] {
  return allCases.filter(({ needs }) => needs === undefined || target[needs] !== undefined);
}
