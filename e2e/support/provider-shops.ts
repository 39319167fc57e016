import type { Page } from "playwright/test";
import { startEmulator } from "../../emulator/server";
import { allscaleBench } from "../../test/providers/allscale";
import type { ProviderBench } from "../../test/providers/bench";
import { calypsoBenches } from "../../test/providers/calypso";
import { koinalBench } from "../../test/providers/koinal";
import { onekeyBench } from "../../test/providers/onekey";
import { type App, startApp } from "./app";
import { expect } from "./fixtures";

type Control = (path: string, body?: object) => Promise<Record<string, unknown>>;

/** What only a browser test has to know of a provider. */
export type ProviderCase = ProviderBench & {
  /** What a payer does on the hosted page; null where our own page says where to pay to. */
  readonly payOnHostedPage: ((checkout: Page) => Promise<void>) | null;
  readonly unhappy: "rejected" | "failed";
  readonly receipt: RegExp;
};

const [invoices, widget] = calypsoBenches;
const pressPay = (checkout: Page) => checkout.getByTestId("pay").click();

export const CASES = {
  allscale: { ...allscaleBench, payOnHostedPage: pressPay, unhappy: "rejected", receipt: /USDT/ },
  calypsoInvoice: { ...invoices, payOnHostedPage: null, unhappy: "rejected", receipt: /USDT/ },
  calypsoWidget: {
    ...widget,
    async payOnHostedPage(checkout: Page) {
      await checkout.getByRole("button", { name: "USDC" }).click();
      await pressPay(checkout);
    },
    unhappy: "rejected",
    receipt: /USDC/,
  },
  koinal: { ...koinalBench, payOnHostedPage: pressPay, unhappy: "failed", receipt: /USDC/ },
  onekey: { ...onekeyBench, payOnHostedPage: pressPay, unhappy: "failed", receipt: /USD/ },
} as const satisfies Record<string, ProviderCase>;

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
  const { name, credentials } = provider;
  const emulator = await startEmulator({ provider: name, ...credentials });
  const app = await startApp({
    PAYMENT_PROVIDER: name,
    TRUSTED_PROXY_HOPS: "1",
    RATE_LIMIT_STATUS: "1000/60s",
    RATE_LIMIT_CHECKOUT: "1000/60s",
    ...provider.settings({ url: emulator.url, ...credentials }),
    ...changes,
  });
  const headers = { "Content-Type": "application/json", "X-API-Key": credentials.apiKey };
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
      const { forge, states } = provider;
      if (forge === null) return payment(orderId, "forge");
      // What was refused is not sent again while the clock stands still.
      await control("/clock", { freeze: true });
      await control(...forge);
      await payment(orderId, "status", states.paid);
      await payment(orderId, "status", states.pending);
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
