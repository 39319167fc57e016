import { createHmac, randomBytes, randomInt, randomUUID } from "node:crypto";
import { Account, type Credentials, coreSettings } from "../core/account";
import { deliver, type Message, postOf, type SentRequest } from "../core/deliveries";
import { decimal, integer, list, type SettingTable, setting, text, type ValuesOf } from "../core/fields";

const gap = integer("Gaps before each redelivery.", { min: 0, max: 30 * 86_400_000 });
/** Fibonacci steps from 30 s to 34 hours (§2.5). The documents count 19, but from 30 to 125,430 s there are 18. */
export const fibonacciGapsMs = Array.from({ length: 16 }).reduce<number[]>(
  (gaps) => [...gaps, (gaps.at(-1) ?? 0) + (gaps.at(-2) ?? 0)],
  [30_000, 60_000],
);

export const settings = {
  ...coreSettings,
  retryGapsMs: setting(fibonacciGapsMs, list(gap, { maxLength: 50, example: "[30000,60000]" })),
  account: setting("0x00000000000000000000000000000000000000c0", text("The merchant's account.")),
  webhookPublicKey: setting("calypso_emulator_webhook_key", text("The key of the webhook subscription.")),
  webhookSecretKey: setting("calypso_emulator_webhook_secret", text("Its secret: another one than that of the API.")),
  rate: setting("1.0000", decimal("How much of the fiat currency one coin costs.")),
  lifetimeMs: setting(86_400_000, integer("How long an invoice can be paid.", { min: 0, max: 86_400_000 })),
} as const satisfies SettingTable;

export const states = [
  "PENDING_PAYMENT",
  "MEM_POOL_FOUND",
  "PENDING_COMPLIANCE_CHECK",
  "PAID",
  "PENDING_INTERVENTION",
  "COMPLETED",
  "DECLINED",
  "ARCHIVED",
  "CANCEL",
] as const;
type State = (typeof states)[number];

/** Amounts are decimal strings here and JSON numbers on the wire. */
export type Invoice = {
  readonly id: string;
  readonly address: string;
  readonly currency: string;
  readonly fiatAmount: string;
  readonly fiatCurrency: string;
  readonly description: string;
  readonly idempotencyKey: string;
  readonly externalId: string | null;
  readonly createdAtMs: number;
  expiresAtMs: number;
  amount: string;
  realAmount: string | null;
  state: State;
  intervention: "OVERPAY" | "UNDERPAY" | null;
  hash: string | null;
};

export type Widget = Omit<
  Invoice,
  "address" | "currency" | "amount" | "realAmount" | "intervention" | "hash" | "state"
> & {
  readonly currencies: readonly string[];
  readonly returnUrl: string | null;
  readonly invoices: Invoice[];
};

export class Merchant extends Account {
  declare settings: ValuesOf<typeof settings>;
  declare registered: ValuesOf<typeof settings>;
  readonly invoices = new Map<string, Invoice>();
  readonly widgets = new Map<string, Widget>();

  constructor(credentials: Credentials) {
    super(credentials, settings);
  }

  override reset(): void {
    super.reset();
    this.invoices.clear();
    this.widgets.clear();
  }
}

/** HMAC-SHA512 of the bytes, the secret as text (§2.1). */
export function sign(body: string | Buffer, secret: string): string {
  return createHmac("sha512", secret).update(body).digest("hex");
}

const eventByState: Partial<Record<State, string>> = {
  MEM_POOL_FOUND: "INVOICE_MEMPOOL_FOUND",
  PENDING_COMPLIANCE_CHECK: "INVOICE_PENDING_COMPLIANCE",
  PAID: "INVOICE_PAID",
  COMPLETED: "INVOICE_TRANSLATION_TO_ACCOUNT_COMPLETED",
  PENDING_INTERVENTION: "INVOICE_PENDING_INTERVENTION",
  DECLINED: "INVOICE_COMPLIANCE_DECLINED",
};

export type Move = {
  readonly state: State;
  readonly amount?: string | undefined;
  readonly fiatAmount?: string | undefined;
  readonly intervention?: Invoice["intervention"] | undefined;
  readonly sendsWebhook?: boolean;
};

export function moveTo(merchant: Merchant, invoice: Invoice, move: Move): void {
  const { state, amount, fiatAmount, intervention = null, sendsWebhook = true } = move;
  invoice.state = state;
  invoice.intervention = intervention;
  if (state !== "PENDING_PAYMENT" && state !== "ARCHIVED" && state !== "CANCEL") {
    invoice.hash ??= `0x${randomBytes(32).toString("hex")}`;
    invoice.realAmount = amount ?? invoice.realAmount ?? invoice.amount;
  }
  const eventType = eventByState[state];
  if (eventType !== undefined && sendsWebhook) deliver(merchant, webhook(merchant, invoice, { eventType, fiatAmount }));
}

type Event = { readonly eventType: string; readonly fiatAmount?: string | undefined };

export function webhook(merchant: Merchant, invoice: Invoice, event: Event): Message {
  const { webhookUrl: url } = merchant.settings;
  const body = webhookBody(merchant, invoice, event);
  return {
    url,
    tags: { paymentId: invoice.idempotencyKey, externalId: invoice.externalId },
    renewed: () => webhook(merchant, invoice, event),
    build: (fault) => {
      const request = signedWebhook(merchant, url ?? "", body);
      return fault === "wrong_secret" ? forged(request) : request;
    },
  };
}

function webhookBody(merchant: Merchant, invoice: Invoice, { eventType, fiatAmount }: Event): string {
  const { amount, realAmount, currency, externalId, idempotencyKey, fiatCurrency, description, hash } = invoice;
  const texts = { externalId, idempotencyKey, currency, fiatCurrency, description, type: eventType };
  const isPaid = eventType === "INVOICE_PAID";
  const numbers = [
    `"amount":${amount}`,
    ...(realAmount === null ? [] : [`"realAmount":${realAmount}`]),
    `"fiatAmount":${fiatAmount ?? invoice.fiatAmount}`,
    // INVOICE_PAID is the one event without a hash.
    ...(hash === null || isPaid ? [] : [`"transactionHash":${JSON.stringify(hash)}`]),
  ];
  const data = `{${JSON.stringify(texts).slice(1, -1)},${numbers.join(",")}}`;
  const head = {
    requestId: randomUUID(),
    id: randomInt(2 ** 40),
    // No zone, microseconds.
    createdDate: `${new Date(merchant.clock.now()).toISOString().slice(0, -1)}000`,
    level: isPaid ? "SUCCESS" : "INFO",
    service: "INVOICE",
    eventType,
  };
  return `${JSON.stringify(head).slice(0, -1)},"data":${data}}`;
}

export function signedWebhook(merchant: Merchant, url: string, body: string): SentRequest {
  const { webhookPublicKey, webhookSecretKey } = merchant.settings;
  return postOf(url, body, { Key: webhookPublicKey, Sign: sign(body, webhookSecretKey) });
}

export function forged(request: SentRequest): SentRequest {
  return { ...request, headers: { ...request.headers, Sign: sign(request.body, "another secret") } };
}
