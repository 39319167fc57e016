import { authenticationCases } from "./authentication-cases";
import { authenticationSwitchCases } from "./authentication-switch-cases";
import { bodyCases } from "./body-cases";
import type { ConformanceCase } from "./conformance-case";
import { createCases } from "./create-cases";
import { createSwitchCases } from "./create-switch-cases";
import { readingCases } from "./reading-cases";
import { responseSigningCases } from "./response-signing-cases";
import { webhookCases } from "./webhook-cases";
import { webhookSwitchCases } from "./webhook-switch-cases";

/** The whole suite, one case for each promise. */
export const allCases: readonly ConformanceCase[] = [
  ...authenticationCases,
  ...bodyCases,
  ...createCases,
  ...readingCases,
  ...webhookCases,
  ...responseSigningCases,
  ...authenticationSwitchCases,
  ...createSwitchCases,
  ...webhookSwitchCases,
];
