import { allscale } from "./allscale/provider";
import { calypso } from "./calypso/provider";
import type { Account } from "./core/account";
import type { Provider } from "./core/provider";
import { type StartOptions, startProvider } from "./core/server";
import { koinal } from "./koinal/provider";
import { onekey } from "./onekey/provider";

/** Hides which kind of account a provider keeps. */
function entry<A extends Account>(provider: Provider<A>) {
  const { title, defaults, settings } = provider;
  return { title, defaults, settings, start: (options: StartOptions) => startProvider(provider, options) };
}

/** Every payment system that this program can stand in for; the first is the default. */
const providers = {
  allscale: entry(allscale),
  calypso: entry(calypso),
  koinal: entry(koinal),
  onekey: entry(onekey),
};

export const providerNames: readonly string[] = Object.keys(providers);
export const [defaultProvider = ""] = providerNames;

export function providerNamed(name: string) {
  const found = Object.entries(providers).find(([each]) => each === name)?.[1];
  if (found === undefined) throw new Error(`The provider is one of: ${providerNames.join(", ")}.`);
  return found;
}
