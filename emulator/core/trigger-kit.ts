import type { Credentials } from "./account";
import type { SentRequest } from "./deliveries";
import type { Fields } from "./json";
import type { MatrixLine } from "./judge-line";

export interface TriggerOrder {
  readonly orderId: string | null;
  readonly paymentId: string;
  readonly fields: Fields;
}

export type Signer = Credentials & { readonly url: string };

export interface TriggerKit {
  readonly title: string;
  readonly commands: Readonly<{ package: string; repository: string }>;
  readonly defaults: Credentials;
  readonly env: Readonly<{ apiKey: string; apiSecret: string }>;
  readonly variants: Fields;
  readonly states: Readonly<Record<string, number>>;
  readonly lines: readonly MatrixLine[];
  /** The control route of payments, such as "things" for `/_emulator/things`, and the name of a payment's id. */
  readonly payments: string;
  readonly paymentIdName: string;
  /** The fields that describe an order by hand, and its reader; null when a needed one is missing. */
  readonly orderFields: string;
  readOrder(value: unknown): TriggerOrder | null;
  toOrder(view: Fields): TriggerOrder;
  build(variant: string, order: TriggerOrder, signer: Signer): SentRequest;
  signAgain(request: SentRequest, signer: Signer): SentRequest;
  /** The change that the provider would have recorded before it sent this webhook. */
  recordOf(request: SentRequest): object;
}
