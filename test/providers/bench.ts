import type { PaymentStatus } from "@/lib/orders/status";
import type { ProviderModule } from "@/lib/provider/provider";

type Credentials = { readonly apiKey: string; readonly apiSecret: string };
/** A body of the emulator's `POST /_emulator/payments/{id}/status`. */
type Move = Readonly<Record<string, unknown>>;

/** What the contract suite has to know of a provider and of its emulator. */
export type ProviderBench = {
  readonly title: string;
  /** Of the emulator too. */
  readonly name: string;
  readonly module: ProviderModule;
  readonly credentials: Credentials;
  settings(emulator: Credentials & { readonly url: string }): Readonly<Record<string, string>>;
  /** What must be in no output. */
  readonly secrets: readonly string[];
  /** A setting that makes the credentials wrong. */
  readonly wrongSecret: Readonly<Record<string, string>>;
  /** How the emulator is moved to each status that this provider has. */
  readonly states: Readonly<Partial<Record<PaymentStatus, Move>>>;
  /** A payment that says it is paid with too little money, and one with another price. */
  readonly short: Move;
  readonly otherPrice: Move | null;
  /** A setting of the emulator with which it answers another host's checkout, where its answer has one. */
  readonly evil: Move | null;
  /** Whether what is asked of the payer in coins is known when a payment is opened, and whether it changes later. */
  readonly quotesCoins: boolean;
  readonly renewsQuotes: boolean;
  /** Whether a request with a time far from the provider's is refused, by a code of its own. */
  readonly hasClockRule: boolean;
  /** False where nothing proves who sent a delivery, so that each is only a hint. */
  readonly signsWebhooks: boolean;
};
