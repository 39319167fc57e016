import { type ChildProcess, spawn } from "node:child_process";
import { existsSync, mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { exampleEnv, withoutSettings } from "./example-env";
import { answers, freePort, next, run, tsx } from "./processes";

/** The production build and an emulator, on ports and a store of their own, for programs that look at the pages. */
export type LocalShop = { readonly url: string; readonly emulatorUrl: string; close(): Promise<void> };

/** Builds only where nothing was built yet. */
export async function startShop(): Promise<LocalShop> {
  if (!existsSync(".next/BUILD_ID") && (await run(next("build"))) !== 0) throw new Error("The app could not be built.");
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
    NEXT_TELEMETRY_DISABLED: "1",
  };
  const webhookUrl = `${url}/api/webhooks/allscale`;
  const launch = (args: readonly string[]) =>
    spawn(process.execPath, args, { stdio: ["ignore", "ignore", "inherit"], env: { ...process.env, ...env } });
  const children = [
    launch(tsx("emulator/main.ts", "--port", String(emulatorPort), "--webhook-url", webhookUrl, "--quiet")),
    launch(next("start", "-H", "127.0.0.1", "-p", String(port))),
  ] as const;
  await Promise.all([answers(emulatorUrl, children[0]), answers(url, children[1])]);
  return {
    url,
    emulatorUrl,
    async close() {
      await Promise.all(children.map(stop));
      rmSync(folder, { recursive: true, force: true });
    },
  };
}

function stop(child: ChildProcess): Promise<void> {
  return new Promise((resolve) => {
    child.once("exit", () => resolve());
    child.kill("SIGTERM");
  });
}

/** A new order of 5.00, and the emulator's payment for it. */
export async function makeOrder({ url, emulatorUrl }: LocalShop, amount = "5.00") {
  const headers = { "Content-Type": "application/json" };
  const response = await fetch(`${url}/api/checkout`, { method: "POST", headers, body: JSON.stringify({ amount }) });
  const order = (await response.json()) as { orderId: string };
  const found = await fetch(`${emulatorUrl}/_emulator/intents?order_id=${order.orderId}`);
  const { intents } = (await found.json()) as { intents: { id: string }[] };
  const intentId = intents[0]?.id;
  return {
    url: `${url}/orders/${order.orderId}`,
    async setStatus(status: number, facts: object) {
      const body = JSON.stringify({ status, ...facts });
      await fetch(`${emulatorUrl}/_emulator/intents/${intentId}/status`, { method: "POST", headers, body });
    },
  };
}
