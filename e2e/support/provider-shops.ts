import type { Page } from "playwright/test";
import { startEmulator } from "../../emulator/server";
import { type App, startApp } from "./app";
import { expect } from "./fixtures";

type Control = (path: string, body?: object) => Promise<Record<string, unknown>>;

/** What the browser tests have to know of a provider beside its emulator. */
export type ProviderCase = {
  readonly title: string;
  /** Of `PAYMENT_PROVIDER` and of the emulator. */
  readonly name: string;
  readonly apiKey: string;
  readonly apiSecret: string;
  settings(emulatorUrl: string): Readonly<Record<string, string>>;
  readonly secrets: readonly string[];
  /** What a payer does on the hosted page; null where our own page says where to pay to. */
  readonly payOnHostedPage: ((checkout: Page) => Promise<void>) | null;
  /** What the emulator's control API calls payments. */
  readonly payments: "payments" | "intents";
  /** Before a forged delivery about a payment: paths and bodies of the control API; empty where it has a route for forging. */
  readonly forge: readonly (readonly [path: string, body: object])[];
  /** Bodies of the emulator's route that moves a payment. */
  readonly paid: object;
  readonly unpaid: object;
  readonly unhappy: { readonly move: object; readonly state: string };
  /** What a forged delivery is answered: 200 where none is signed, and each only makes us ask. */
  readonly forged: 200 | 401;
  readonly receipt: RegExp;
};

const allscale: ProviderCase = {
  title: "AllScale",
  name: "allscale",
  apiKey: "st_canary_key",
  apiSecret: "st_canary_allscale_secret",
  settings: (url) => ({
    ALLSCALE_API_KEY: "st_canary_key",
    ALLSCALE_API_SECRET: "st_canary_allscale_secret",
    ALLSCALE_BASE_URL: url,
  }),
  secrets: ["st_canary_allscale_secret"],
  payOnHostedPage: (checkout) => checkout.getByTestId("pay").click(),
  payments: "intents",
  forge: [
    // What was refused is not sent again while the clock stands still.
    ["/clock", { freeze: true }],
    ["/faults", { op: "webhook", kind: "bad_signature", times: 1 }],
  ],
  paid: { status: 20 },
  unpaid: { status: 1 },
  unhappy: { move: { status: -2 }, state: "rejected" },
  forged: 401,
  receipt: /USDT/,
};

const calypsoSecret = "canary-calypso-secret";

const calypsoInvoice: ProviderCase = {
  title: "Calypso Pay with invoices",
  name: "calypso",
  apiKey: "calypso_emulator_key",
  apiSecret: calypsoSecret,
  settings: (url) => ({
    CALYPSO_PUBLIC_KEY: "calypso_emulator_key",
    CALYPSO_SECRET_KEY: calypsoSecret,
    CALYPSO_ACCOUNT: "0x00000000000000000000000000000000000000c0",
    CALYPSO_WEBHOOK_PUBLIC_KEY: "calypso_emulator_webhook_key",
    CALYPSO_WEBHOOK_SECRET_KEY: "calypso_emulator_webhook_secret",
    CALYPSO_BASE_URL: url,
  }),
  secrets: [calypsoSecret, "calypso_emulator_webhook_secret"],
  payments: "payments",
  forge: [],
  payOnHostedPage: null,
  paid: { status: "PAID" },
  unpaid: { status: "PENDING_PAYMENT" },
  unhappy: { move: { status: "DECLINED" }, state: "rejected" },
  forged: 401,
  receipt: /USDT/,
};

const calypsoWidget: ProviderCase = {
  ...calypsoInvoice,
  title: "Calypso Pay with its widget",
  settings: (url) => ({
    ...calypsoInvoice.settings(url),
    CALYPSO_COINS: "USDT_TRX,USDC",
    CALYPSO_WIDGET_URL: `${url}/pay?widgetKey={key}`,
  }),
  receipt: /USDC/,
  async payOnHostedPage(checkout) {
    await checkout.getByRole("button", { name: "USDC" }).click();
    await checkout.getByTestId("pay").click();
  },
};

const koinal: ProviderCase = {
  title: "Koinal",
  name: "koinal",
  apiKey: "1000",
  apiSecret: "canary-koinal-secret",
  settings: (url) => ({
    KOINAL_MERCHANT_CODE: "1000",
    KOINAL_SECRET: "canary-koinal-secret",
    KOINAL_CALLBACK_SECRET: "koinal_callback_secret",
    KOINAL_BASE_URL: url,
    KOINAL_CRYPTOCURRENCY: "USDC",
    KOINAL_WALLET_ADDRESS: "0x00000000000000000000000000000000000000aa",
  }),
  secrets: ["canary-koinal-secret", "koinal_callback_secret"],
  payments: "payments",
  forge: [],
  payOnHostedPage: (checkout) => checkout.getByTestId("pay").click(),
  paid: { status: "COMPLETED" },
  unpaid: { status: "PENDING" },
  unhappy: { move: { status: "DECLINED" }, state: "failed" },
  forged: 401,
  receipt: /USDC/,
};

const onekey: ProviderCase = {
  title: "OneKey",
  name: "onekey",
  apiKey: "canary-onekey-login",
  apiSecret: "canary-onekey-secret",
  settings: (url) => ({
    ONEKEY_ENVIRONMENT: "staging",
    ONEKEY_BASE_URL: url,
    ONEKEY_LOGIN: "canary-onekey-login",
    ONEKEY_SECRET: "canary-onekey-secret",
    ONEKEY_COUNTRY: "BR",
    ONEKEY_CASHOUT_LOGIN: "onekey_emulator_cashout_login",
    ONEKEY_CASHOUT_PASSPHRASE: "onekey_emulator_cashout_pass",
    ONEKEY_CASHOUT_SECRET: "onekey_emulator_cashout_secret",
  }),
  secrets: ["canary-onekey", "onekey_emulator_cashout"],
  payments: "payments",
  forge: [],
  payOnHostedPage: (checkout) => checkout.getByTestId("pay").click(),
  paid: { status: "COMPLETED" },
  unpaid: { status: "PENDING" },
  unhappy: { move: { status: "DECLINED" }, state: "failed" },
  forged: 200,
  receipt: /USD/,
};

export const CASES = { allscale, calypsoInvoice, calypsoWidget, koinal, onekey } as const;

/** The built app with one provider that opens payments, and that provider's emulator. */
export type ProviderShop = {
  readonly app: App;
  /** `POST /_emulator` and the path, for the account of the shop. */
  control: Control;
  /** The same for the newest payment of an order, such as "status". */
  payment(orderId: string, action: string, body?: object): Promise<void>;
  /** Has a delivery sent that says the order is paid, and that the provider has not signed. */
  forge(orderId: string): Promise<void>;
  /** `GET /_emulator` and the path. */
  list(path: string): Promise<Record<string, unknown>>;
  /** What the webhooks sent so far were answered, oldest first. */
  webhookAnswers(): Promise<(number | null)[]>;
  close(): Promise<void>;
};

export async function openProviderShop(
  provider: ProviderCase,
  changes: Record<string, string> = {},
): Promise<ProviderShop> {
  const { name, apiKey, apiSecret } = provider;
  const emulator = await startEmulator({ provider: name, apiKey, apiSecret });
  const app = await startApp({
    PAYMENT_PROVIDER: name,
    TRUSTED_PROXY_HOPS: "1",
    RATE_LIMIT_STATUS: "1000/60s",
    RATE_LIMIT_CHECKOUT: "1000/60s",
    ...provider.settings(emulator.url),
    ...changes,
  });
  const headers = { "Content-Type": "application/json", "X-API-Key": apiKey };
  const control: Control = async (path, body = {}) => {
    const init = { method: "POST", headers, body: JSON.stringify(body) };
    const response = await fetch(`${emulator.url}/_emulator${path}`, init);
    const text = await response.text();
    expect(response.status, text).toBeLessThan(300);
    return JSON.parse(text) as Record<string, unknown>;
  };
  const list = async (path: string) => {
    const response = await fetch(`${emulator.url}/_emulator${path}`, { headers });
    return (await response.json()) as Record<string, unknown>;
  };
  await control("/settings", { webhookUrl: `${app.url}/api/webhooks/${name}` });
  const payment: ProviderShop["payment"] = async (orderId, action, body) => {
    const order = app.storedOrders().find(({ id }) => id === orderId);
    await control(`/${provider.payments}/${order?.payments.at(-1)?.paymentId}/${action}`, body);
  };
  return {
    app,
    control,
    payment,
    async forge(orderId) {
      if (provider.forge.length === 0) return payment(orderId, "forge");
      for (const step of provider.forge) await control(...step);
      await payment(orderId, "status", provider.paid);
      await payment(orderId, "status", provider.unpaid);
    },
    list,
    async webhookAnswers() {
      const { deliveries } = (await list("/deliveries")) as { deliveries: { answer: { status: number } | null }[] };
      return deliveries.map(({ answer }) => answer?.status ?? null);
    },
    close: async () => {
      await app.close();
      await emulator.close();
    },
  };
}
