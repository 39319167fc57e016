import type { PaymentProvider } from "@/lib/provider/provider";
import { type Check, failed, ok, unknown } from "./check";

const IDS = ["provider_address", "provider_access", "provider_clock", "provider_calls"] as const;

/** What calls to the provider tell. Null for a provider whose settings are missing or wrong. */
export async function providerChecks(provider: PaymentProvider | null): Promise<readonly Check[]> {
  if (provider === null)
    return IDS.map((id) => unknown(id, "Not checked: the credentials or the address are not right."));
  if (provider.diagnose !== undefined) return [...(await provider.diagnose())];
  const { label } = provider;
  const ping = await provider.ping();
  if (ping.ok) return [ok("provider_access", `${label} answers, and accepts our credentials.`)];
  const todo = `Check the address and the credentials of ${label}.`;
  return [failed("provider_access", ping.failure.message, todo)];
}
