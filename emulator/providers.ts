import { allscale } from "./allscale/provider";
import type { Account } from "./core/account";
import type { Provider } from "./core/provider";
import { type StartOptions, startProvider } from "./core/server";

/** Hides which kind of account a provider keeps. */
function entry<A extends Account>(provider: Provider<A>) {
  const { title, defaults, settings } = provider;
  return { title, defaults, settings, start: (options: StartOptions) => startProvider(provider, options) };
}

/** Every payment system that this program can stand in for; the first is the default. */
export const providers = {
  allscale: entry(allscale),
};

export type ProviderName = keyof typeof providers;

export const providerNames = Object.keys(providers) as [ProviderName, ...ProviderName[]];
