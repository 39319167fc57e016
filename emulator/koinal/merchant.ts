import { randomBytes } from "node:crypto";
import { Account, type Credentials, coreSettings } from "../core/account";
import { deliver, type Message, postOf, type SentRequest } from "../core/deliveries";
import { choice, decimal, nullable, type SettingTable, setting, text, type ValuesOf } from "../core/fields";
import { callbackSignature, type Status, signatureHeader } from "./wire";

export const settings = {
  ...coreSettings,
  callbackSecret: setting("koinal_callback_secret", text("Signs callbacks; another secret than that of requests.")),
  callbackSignature: setting("hmac", choice("How callbacks are signed.", ["hmac", "sha256"])),
  rate: setting("1.0000", decimal("How much of the currency one coin costs.")),
  evilUrl: setting(null, nullable(text("A checkout URL to answer instead of the true one."))),
} as const satisfies SettingTable;
type Settings = ValuesOf<typeof settings>;

/** Amounts are decimal strings here and JSON numbers on the wire. */
export type Quote = Readonly<Record<"token" | "amount" | "currency" | "coinAmount" | "coin", string>>;

export type Payment = {
  readonly id: string;
  readonly token: string;
  readonly orderId: string;
  readonly createdAtMs: number;
  amount: string;
  coinAmount: string;
  readonly currency: string;
  readonly coin: string;
  readonly wallet: string;
  readonly payerAddress: string;
  status: Status;
  transactionId: string | null;
};

export class Merchant extends Account {
  declare settings: Settings;
  declare registered: Settings;
  readonly quotes = new Map<string, Quote>();
  readonly payments = new Map<string, Payment>();

  constructor(credentials: Credentials) {
    super(credentials, settings);
  }

  override reset(): void {
    super.reset();
    this.quotes.clear();
    this.payments.clear();
  }
}

/** A callback is sent for a completed payment only (§1.4). */
export function moveTo(merchant: Merchant, payment: Payment, status: Status, { sendsWebhook = true } = {}): void {
  payment.status = status;
  if (status !== "COMPLETED") return;
  payment.transactionId ??= `0x${randomBytes(32).toString("hex")}`;
  if (sendsWebhook) deliver(merchant, callback(merchant, payment));
}

export function callback(merchant: Merchant, payment: Payment): Message {
  const { webhookUrl: url } = merchant.settings;
  return {
    url,
    tags: { paymentId: payment.id, orderId: payment.orderId },
    renewed: () => callback(merchant, payment),
    build: (fault) => {
      const request = signedCallback(merchant, url ?? "", `{"id":${payment.id},"status":"${payment.status}"}`);
      return fault === "wrong_secret" ? forged(request) : request;
    },
  };
}

export function signedCallback(merchant: Merchant, url: string, body: string): SentRequest {
  const { callbackSecret: secret, callbackSignature: construction } = merchant.settings;
  const signature = callbackSignature(body, { secret, construction });
  return postOf(url, body, { [signatureHeader]: signature });
}

export function forged(request: SentRequest): SentRequest {
  const signature = callbackSignature(request.body, { secret: "another secret", construction: "hmac" });
  return { ...request, headers: { ...request.headers, [signatureHeader]: signature } };
}
