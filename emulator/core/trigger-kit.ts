import type { Credentials } from "./account";
import type { SentRequest } from "./deliveries";
import type { MatrixLine } from "./judge-line";

/** What the trigger needs to know of an order, beside what only its provider understands. */
export interface TriggerOrder {
  readonly orderId: string | null;
  /** The payment of the order at the provider. */
  readonly paymentId: string;
}

export interface Signer extends Credentials {
  readonly url: string;
}

/** What the trigger needs to know of a provider. */
export interface TriggerKit<Order extends TriggerOrder> {
  readonly title: string;
  readonly commands: { readonly package: string; readonly repository: string };
  readonly defaults: Credentials;
  /** Names of the environment variables with the credentials. */
  readonly env: { readonly apiKey: string; readonly apiSecret: string };
  /** Every way to send a webhook, and every state a payment can be moved to. */
  readonly variants: Readonly<Record<string, string>>;
  readonly states: Readonly<Record<string, number>>;
  readonly lines: readonly MatrixLine[];
  /** The control route of payments, such as "things" for `/_emulator/things`. */
  readonly payments: string;
  /** The name of a payment's id in a `--state-url`. */
  readonly paymentIdName: string;
  /** The fields that describe an order by hand, and its reader; null when a needed one is missing. */
  readonly orderFields: string;
  readOrder(value: unknown): Order | null;
  /** An order from the entry of the control API. */
  toOrder(view: Readonly<Record<string, unknown>>): Order;
  build(variant: string, order: Order, signer: Signer): SentRequest;
  signAgain(request: SentRequest, signer: Signer): SentRequest;
  /** The change that the provider would have recorded before it sent this webhook. */
  recordOf(request: SentRequest): object;
}
