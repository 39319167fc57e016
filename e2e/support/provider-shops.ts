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
  /** Bodies of the emulator's `POST /_emulator/payments/{id}/status`. */
  readonly paid: object;
  readonly unhappy: { readonly move: object; readonly state: string };
  /** What a forged delivery is answered: 200 where none is signed, and each only makes us ask. */
  readonly forged: 200 | 401;
  readonly receipt: RegExp;
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
  payOnHostedPage: null,
  paid: { status: "PAID" },
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
  payOnHostedPage: (checkout) => checkout.getByTestId("pay").click(),
  paid: { status: "COMPLETED" },
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
  payOnHostedPage: (checkout) => checkout.getByTestId("pay").click(),
  paid: { status: "COMPLETED" },
  unhappy: { move: { status: "DECLINED" }, state: "failed" },
  forged: 200,
  receipt: /USD/,
};

export const CASES = { calypsoInvoice, calypsoWidget, koinal, onekey } as const;

/** The built app with one provider that opens payments, and that provider's emulator. */
export type ProviderShop = {
  readonly app: App;
  /** `POST /_emulator` and the path, for the account of the shop. */
  control: Control;
  /** The same for the newest payment of an order, such as "status" or "forge". */
  payment(orderId: string, action: string, body?: object): Promise<void>;
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
  return {
    app,
    control,
    async payment(orderId, action, body) {
      const order = app.storedOrders().find(({ id }) => id === orderId);
      await control(`/payments/${order?.payments.at(-1)?.paymentId}/${action}`, body);
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
