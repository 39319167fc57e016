import type { PaymentStatus } from "@/lib/orders/status";

type Credentials = { readonly apiKey: string; readonly apiSecret: string };
/** A body of the emulator's route that moves a payment, such as `POST /_emulator/payments/{id}/status`. */
type Move = Readonly<Record<string, unknown>>;
/** A path below the emulator's control API, and what is posted there. */
type Control = readonly [path: string, body: Readonly<Record<string, unknown>>];

/** What the contract suite and the browser tests have to know of a provider and of its emulator. */
export type ProviderBench = {
  readonly title: string;
  /** Of the emulator too. */
  readonly name: string;
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
  /** How the emulator is made to answer another host's checkout, where its answer has one. */
  readonly evil: Control | null;
  /** What the emulator's control API calls payments. */
  readonly payments: "payments" | "intents";
  /** How the next move to paid delivers what another has signed; null where the emulator has a route for that. */
  readonly forge: Control | null;
  /** How create is made to ask for a hundred times the price, or a hundredth, where its answer says what it asks for. */
  readonly wrongRates: readonly Control[];
  /** Whether what is asked of the payer in coins changes later. */
  readonly renewsQuotes: boolean;
  /** Whether a request with a time far from the provider's is refused, by a code of its own. */
  readonly hasClockRule: boolean;
  /** Whether it has calls for trying out, so that doctor leaves nothing open. */
  readonly hasTestCalls: boolean;
  /** False where nothing proves who sent a delivery, so that each is only a hint. */
  readonly signsWebhooks: boolean;
};
