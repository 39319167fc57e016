import "server-only";
import type { AllScaleCallReport } from "./allscale/client";
import { createAllScaleProvider } from "./allscale/provider";
import type { PaymentProvider } from "./provider";

/** What a deployment sets. Everything comes in from outside: no provider reads the environment. */
export type PaymentProviderSettings = {
  readonly apiKey: string;
  readonly apiSecret: string;
  /** Also verifies webhooks while a secret is being changed. */
  readonly previousSecret: string | null;
  readonly baseUrl: string;
  /** For fiat pricing, in order of preference; empty leaves the choice to the provider. */
  readonly acceptedStableCoins: readonly ("USDT" | "USDC")[];
  readonly signedResponses: boolean;
  /** For each call to the provider. */
  readonly timeoutMs: number;
  /** Told about each call, for the log: operation, duration, HTTP status, request id, failure. */
  readonly onCall?: ((call: AllScaleCallReport) => void) | undefined;
};

/** The one place that chooses the provider. */
export function createPaymentProvider(settings: PaymentProviderSettings): PaymentProvider {
  return createAllScaleProvider(settings);
}
