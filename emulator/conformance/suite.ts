import { authenticationCases } from "./authentication";
import type { ConformanceCase, Target } from "./case";
import { intentCases } from "./intents";

export const allCases: readonly ConformanceCase[] = [...authenticationCases, ...intentCases];

export function casesFor(target: Target): readonly ConformanceCase[] {
  return allCases.filter(({ needs }) => needs === undefined || target[needs] !== undefined);
}
