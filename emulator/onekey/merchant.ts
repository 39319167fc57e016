import { Account, type Credentials, coreSettings } from "../core/account";
import { deliver, type Message, postOf } from "../core/deliveries";
import { flag, integer, nullable, type SettingTable, setting, text, type ValuesOf } from "../core/fields";
import type { CashoutStatus, Status } from "./wire";

export const settings = {
  ...coreSettings,
  dateToleranceMs: setting(300_000, integer("How far X-Date may be off.", { min: 1_000, max: 86_400_000 })),
  oneShot: setting("", text("A payment method for which create answers payment_info and no page.")),
  cashoutLogin: setting("onekey_emulator_cashout_login", text("The API key of cashouts.")),
  cashoutPass: setting("onekey_emulator_cashout_pass", text("The passphrase of cashouts.")),
  cashoutSecret: setting("onekey_emulator_cashout_secret", text("The API signature of cashouts.")),
  cancelsOnHold: setting(true, flag("Whether a cashout that is on hold can be canceled: the documents say both.")),
  evilUrl: setting(null, nullable(text("A redirect_url to answer instead of the true one."))),
} as const satisfies SettingTable;
type Settings = ValuesOf<typeof settings>;

/** Amounts are decimal strings here and JSON numbers on the wire. */
export type Deposit = {
  readonly id: string;
  readonly token: string;
  readonly invoiceId: string;
  readonly country: string;
  readonly notificationUrl: string | null;
  readonly backUrl: string | null;
  readonly createdAtMs: number;
  amount: string;
  currency: string;
  status: Status;
  refunded: boolean;
};

export type Cashout = {
  readonly id: string;
  readonly externalId: string;
  readonly amount: string;
  readonly currency: string;
  readonly notificationUrl: string;
  /** Every other field of the request, without the credentials. */
  readonly receiver: Readonly<Record<string, unknown>>;
  status: CashoutStatus;
  rejectionCode: number | null;
};

export class Merchant extends Account {
  declare settings: Settings;
  declare registered: Settings;
  readonly deposits = new Map<string, Deposit>();
  readonly cashouts = new Map<string, Cashout>();

  constructor(credentials: Credentials) {
    super(credentials, settings);
  }

  override reset(): void {
    super.reset();
    this.deposits.clear();
    this.cashouts.clear();
  }
}

/** A notification goes out with every change, and names the deposit only (§3.4). */
export function moveTo(merchant: Merchant, deposit: Deposit, status: Status, { sendsWebhook = true } = {}): void {
  deposit.status = status;
  if (sendsWebhook) deliver(merchant, notification(merchant, deposit));
}

export function notification(merchant: Merchant, deposit: Deposit): Message {
  // The address of the account wins, as tests and the command line set it.
  const url = merchant.settings.webhookUrl ?? deposit.notificationUrl;
  return {
    url,
    tags: { paymentId: deposit.id, orderId: deposit.invoiceId },
    renewed: () => notification(merchant, deposit),
    build: (fault) => postOf(url ?? "", `{"deposit_id": ${fault === "unknown_id" ? "999" : deposit.id}}`),
  };
}
