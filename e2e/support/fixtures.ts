import { randomInt } from "node:crypto";
import { test as base, expect } from "playwright/test";
import { type App, startApp } from "./app";
import { type Client, clientOf } from "./client";
import { type EmulatorAccount, registerAccount, settingsFor } from "./emulator";

type WorkerFixtures = { shop: { app: App; account: EmulatorAccount } };
type TestFixtures = { app: App; account: EmulatorAccount; address: string; client: Client };

/**
 * Each worker has an app and an account at the emulator of its own; each test comes from an address of its own, so that
 * the limits of one are not the trouble of another.
 */
export const test = base.extend<TestFixtures, WorkerFixtures>({
  shop: [
    async ({ playwright: _ }, use) => {
      const account = await registerAccount();
      const app = await startApp(settingsFor(account));
      await account.control("POST", "/settings", { webhookUrl: app.webhookUrl });
      await use({ app, account });
      await app.close();
    },
    { scope: "worker" },
  ],
  app: ({ shop }, use) => use(shop.app),
  account: ({ shop }, use) => use(shop.account),
  address: ({ playwright: _ }, use) => use(randomAddress()),
  client: ({ app, address }, use) => use(clientOf(app, address)),
  baseURL: ({ app }, use) => use(app.url),
  extraHTTPHeaders: ({ address }, use) => use({ "x-forwarded-for": address }),
});

export { expect };

let addresses = randomInt(65_536);

/**
 * From a range for tests (RFC 2544), and never the same twice. One after the other they are of different networks,
 * which have limits of their own.
 */
export function randomAddress(): string {
  addresses = (addresses + 1) % 65_536;
  return `198.18.${addresses & 255}.${addresses >> 8}`;
}
