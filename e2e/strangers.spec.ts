import { randomUUID } from "node:crypto";
import type { Page } from "playwright/test";
import { type HttpServer, startHttpServer } from "../test/http-server";
import { startApp } from "./support/app";
import { clientOf } from "./support/client";
import { settingsFor } from "./support/emulator";
import { test as base, expect, randomAddress } from "./support/fixtures";

type Strangers = {
  /** Opens the tip page in a browser of its own, at an address of its own, without scripts. */
  newPayer(path?: string): Promise<Page>;
  /** A page of another site: it can hold a form that posts to the shop, with a key that its owner chose. */
  site: HttpServer & { readonly key: string };
};

const test = base.extend<Strangers>({
  newPayer: async ({ browser, app }, use) => {
    const pages: Page[] = [];
    await use(async (path = "/") => {
      const extraHTTPHeaders = { "x-forwarded-for": randomAddress() };
      const page = await browser.newPage({ baseURL: app.url, javaScriptEnabled: false, extraHTTPHeaders });
      pages.push(page);
      await page.goto(path);
      return page;
    });
    for (const page of pages) await page.context().close();
  },
  site: async ({ app }, use) => {
    const key = randomUUID();
    const server = await startHttpServer((_request, response) => {
      response.setHeader("content-type", "text/html");
      response.end(`<!doctype html><title>Another site</title><iframe name="frame"></iframe>
        <form method="post" action="${app.url}/api/checkout">
          <input name="amount" value="5.00"><input name="idempotencyKey" value="${key}"><button>Pay</button>
        </form>`);
    });
    await use({ ...server, key });
    await server.close();
  },
});

/** To a browser, the site of another port on the same host is the same one, and that of another name is another. */
const SITES = [
  ["another site", (url: string) => url.replace("127.0.0.1", "localhost")],
  ["another port of the same site", (url: string) => url],
] as const;

/** Where the tip page sends a browser that submits its form. */
async function submit(payer: Page, fields: Record<string, string>): Promise<string> {
  const answer = await payer.request.post("/api/checkout", { form: fields, maxRedirects: 0 });
  expect(answer.status()).toBe(303);
  return answer.headers().location ?? "";
}

test("a key that was planted in a link, or seen on a page, leads no other browser to the payer's order", async ({
  newPayer,
  client,
}) => {
  const planted = randomUUID();
  const payer = await newPayer(`/?key=${planted}&idempotencyKey=${planted}&amount=5`);
  const own = await payer.locator("[name=idempotencyKey]").inputValue();
  expect(own).not.toBe(planted);
  await payer.getByTestId("tip-submit").click();
  await expect(payer.getByTestId("pay")).toBeVisible();

  const fields = { amount: "5", anonymous: "on" };
  const json = { amount: "5", anonymous: true };
  const stranger = await newPayer();
  const checkouts = [
    payer.url(),
    await submit(stranger, { ...fields, idempotencyKey: planted }),
    await submit(stranger, { ...fields, idempotencyKey: own }),
    (await client.form({ ...fields, idempotencyKey: own })).headers.get("location"),
    (await client.checkout(json, { "idempotency-key": own })).json.checkoutUrl,
    (await client.checkout(json, { "idempotency-key": planted })).json.checkoutUrl,
  ];
  expect(new Set(checkouts).size).toBe(checkouts.length);
  expect(await submit(payer, { ...fields, idempotencyKey: own }), "for its own browser it is the key").toBe(
    payer.url(),
  );
});

test("each browser gets a cookie that no script reads and no other site's form sends", async ({ account, client }) => {
  const given = async (path: string, cookie = "") =>
    (await client.request("GET", path, { headers: { cookie } })).headers.get("set-cookie") ?? "";
  const first = await given("/");
  expect(first).toMatch(/^checkout_browser=[\w-]{24,}; Path=\/; HttpOnly; SameSite=lax$/i);
  expect((await given("/")).split(";")[0]).not.toBe(first.split(";")[0]);
  expect(await given("/", first.split(";")[0])).toBe("");
  expect(await given("/", "checkout_browser=1")).toMatch(/^checkout_browser=[\w-]{24,};/);
  expect(await given("/orders/x")).toBe("");

  const secure = await startApp({ ...settingsFor(account), PUBLIC_URL: "https://tips.example.com" });
  const { headers } = await clientOf(secure, randomAddress()).request("GET", "/");
  expect(headers.get("set-cookie")).toMatch(/^checkout_browser=.*; Secure/i);
  await secure.close();
});

for (const [name, urlOf] of SITES) {
  test(`a pay button on ${name} opens an order of its own for each payer`, async ({ newPayer, site, account }) => {
    const before = await account.requests("create");
    const checkouts: string[] = [];
    for (let count = 0; count < 2; count += 1) {
      const payer = await newPayer();
      await payer.goto(urlOf(site.url));
      await payer.getByRole("button", { name: "Pay" }).click();
      await expect(payer.getByTestId("pay")).toBeVisible();
      checkouts.push(payer.url());
    }
    expect(new Set(checkouts).size).toBe(2);
    expect(await account.requests("create")).toBe(before + 2);
  });

  test(`a script or a frame of ${name} opens nothing`, async ({ page, site, account, client }) => {
    const created = await client.checkout({ amount: "5.00" });
    const again = `/api/orders/${created.json.orderId}/payments`;
    await account.setStatus((await account.intentOf(String(created.json.orderId))).id, -4);
    const before = await account.requests("create");
    await page.goto("/");
    await page.goto(urlOf(site.url));
    const { origin } = new URL(String(created.json.orderUrl));
    for (const [path, status] of [
      ["/api/checkout", 403],
      // Where a page is asked for, it is shown again, with a sentence.
      [again, 303],
    ] as const) {
      for (const credentials of ["include", "omit"] as const) {
        const failed = page.waitForEvent("requestfailed", (request) => request.url().endsWith(path));
        await page.evaluate(
          ([url, sent]) => {
            const body = new URLSearchParams({ amount: "5.00" });
            return fetch(url, { method: "POST", mode: "no-cors", credentials: sent, body }).catch(() => {});
          },
          [origin + path, credentials] as const,
        );
        // It was sent and answered. What was answered is not for that script.
        expect((await failed).failure()?.errorText).toMatch(/BLOCKED_BY_RESPONSE/);
      }
      const framed = page.waitForResponse((response) => response.url().endsWith(path));
      await page.locator("form").evaluate((form: HTMLFormElement, action) => {
        form.action = action;
        form.target = "frame";
        form.submit();
      }, origin + path);
      expect((await framed).status()).toBe(status);
    }
    expect(await account.requests("create")).toBe(before);
  });
}
