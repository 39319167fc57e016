import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { exampleEnv, withoutSettings } from "./example-env";
import { answers, buildOnce, type Environment, freePort, next, startQuietly, stop, tsx } from "./processes";

/** The production build and an emulator, with their own ports and store, for scripts that look at the pages. */
export type LocalShop = { readonly url: string; readonly emulatorUrl: string; close(): Promise<void> };

export async function startShop(settings: Environment = {}): Promise<LocalShop> {
  if ((await buildOnce()) !== 0) throw new Error("The app could not be built.");
  const folder = mkdtempSync(join(tmpdir(), "checkout-shop-"));
  const [port, emulatorPort] = await Promise.all([freePort(), freePort()]);
  const url = `http://127.0.0.1:${port}`;
  const emulatorUrl = `http://127.0.0.1:${emulatorPort}`;
  const env = {
    ...withoutSettings(process.env),
    ...exampleEnv(),
    ALLSCALE_BASE_URL: emulatorUrl,
    ORDER_DATABASE: join(folder, "orders.db"),
    PUBLIC_URL: url,
    RATE_LIMIT_CHECKOUT: "1000/60s",
    ...settings,
  };
  const webhookUrl = `${url}/api/webhooks/allscale`;
  const emulatorOptions = ["--port", String(emulatorPort), "--webhook-url", webhookUrl, "--quiet"];
  const emulator = startQuietly(tsx("emulator/main.ts", ...emulatorOptions), env);
  const app = startQuietly(next("start", "-H", "127.0.0.1", "-p", String(port)), env);
  await Promise.all([answers(emulatorUrl, emulator), answers(url, app)]);
  return {
    url,
    emulatorUrl,
    async close() {
      await Promise.all([stop(emulator), stop(app)]);
      rmSync(folder, { recursive: true, force: true });
    },
  };
}

/** A new order, of 5.00 unless the fields say otherwise, and the emulator's payment for it. */
export async function makeOrder({ url, emulatorUrl }: LocalShop, fields: object = {}) {
  const headers = { "Content-Type": "application/json" };
  const response = await fetch(`${url}/api/checkout`, {
    method: "POST",
    headers,
    body: JSON.stringify({ amount: "5.00", ...fields }),
  });
  const order = (await response.json()) as { orderId: string };
  const found = await fetch(`${emulatorUrl}/_emulator/intents?order_id=${order.orderId}`);
  const { intents } = (await found.json()) as { intents: { id: string }[] };
  const statusUrl = `${emulatorUrl}/_emulator/intents/${intents[0]?.id}/status`;
  return {
    url: `${url}/orders/${order.orderId}`,
    async setStatus(status: number, facts: object) {
      await fetch(statusUrl, { method: "POST", headers, body: JSON.stringify({ status, ...facts }) });
    },
  };
}
