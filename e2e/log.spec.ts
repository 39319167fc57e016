import { eventually } from "../test/eventually";
import type { LoggedLine } from "./support/app";
import { test as base, expect } from "./support/fixtures";
import { type LoggedDelivery, openSteeredShop, type SteeredShop } from "./support/steered-shop";

/** A shop of its own for each test, so that the whole log is about what the test does. */
const test = base.extend<{ logging: SteeredShop }>({
  logging: async ({ playwright: _ }, use) => {
    const shop = await openSteeredShop();
    await use(shop);
    await shop.close();
  },
});

const TEXT = expect.stringMatching(/./);

test("one payment can be followed by its id, from its start to its receipt, and each step stands there once", async ({
  logging: shop,
  page,
}) => {
  const created = await shop.client.checkout({ amount: "5.00", name: "Zoë", message: "a private word" });
  const orderId = String(created.json.orderId);
  const { id: paymentId } = await shop.account.intentOf(orderId);
  await shop.account.setStatus(paymentId, 10);
  await eventually(async () => (await shop.client.order(orderId)).json.status === "confirming" || undefined);
  await shop.account.setStatus(paymentId, 20);
  const [delivery] = await shop.deliveries(paymentId, 1);
  await shop.fulfilled(orderId);
  for (const raw of [true, false]) {
    await shop.account.control<LoggedDelivery>("POST", `/deliveries/${delivery?.id}/replay`, { raw });
  }
  await page.goto(String(created.json.orderUrl));
  await expect(page.getByTestId("order-receipt")).toBeVisible();
  for (let count = 0; count < 3; count += 1) await shop.client.order(orderId);

  const about = (line: LoggedLine) => line.orderId === orderId || line.paymentId === paymentId;
  const isCall = ({ event }: LoggedLine) => event === "provider_call";
  const steps = await eventually(() => {
    const lines = shop.app.logged().filter((line) => about(line) && !isCall(line));
    return lines.filter(({ result }) => result === "duplicate").length === 2 ? lines : undefined;
  });
  const requestId = TEXT;
  expect(steps).toMatchObject([
    { event: "checkout_created", orderId, paymentId, requestId: created.headers.get("x-request-id") },
    { event: "order_changed", orderId, paymentId, from: "pending", to: "confirming", source: "poll", requestId },
    { event: "order_changed", orderId, paymentId, from: "confirming", to: "paid", source: "webhook", requestId },
    { event: "webhook_accepted", orderId, paymentId, result: "paid", deliveryId: TEXT, requestId },
    { event: "effect_done", orderId, effect: "on_paid", cause: "paid", attempt: 1, requestId },
    { event: "webhook_accepted", orderId, paymentId, result: "duplicate", requestId },
    { event: "webhook_accepted", orderId, paymentId, result: "duplicate", requestId },
  ]);
  for (const { level, time } of steps) expect([level, time]).toEqual(["info", expect.stringMatching(/^\d{4}-.*Z$/)]);

  // Each call to the provider, by the id that the provider gave it.
  const calls = shop.app.logged().filter((line) => about(line) && isCall(line));
  const { requests } = await shop.account.control<{ requests: { op: string; requestId: string }[] }>(
    "GET",
    "/requests",
  );
  expect(calls.map(({ operation, providerRequestId }) => [operation, providerRequestId])).toEqual(
    requests.map(({ op, requestId: id }) => [op, id]),
  );
  expect(calls[0]).toMatchObject({ operation: "create", orderId, requestId: created.headers.get("x-request-id") });
  for (const call of calls.slice(1)) expect(call).toMatchObject({ paymentId, httpStatus: 200, requestId });

  // What a payer wrote is not for the log.
  expect(shop.app.log()).not.toMatch(/Zoë|private word/);
});

test("what a page asked of the provider stands under the id of the page's answer", async ({ logging: shop }) => {
  const { orderId, intentId } = await shop.open();
  const view = await shop.client.request("GET", `/orders/${orderId}`);
  const asked = () =>
    shop.app.logged().find(({ operation, paymentId }) => operation === "status" && paymentId === intentId);
  expect((await eventually(asked)).requestId).toBe(view.headers.get("x-request-id"));
});

test("a visitor who leaves while a page is made is no error", async ({ logging: shop }) => {
  const { orderId } = await shop.open();
  const { id } = await shop.fault({ op: "status", kind: "hang", times: 1 });
  const leaving = new AbortController();
  const left = fetch(`${shop.app.url}/orders/${orderId}`, { signal: leaving.signal }).then((answer) => answer.text());
  await eventually(async () => (await shop.struck(id)) > 0 || undefined);
  leaving.abort();
  await expect(left).rejects.toThrow();
  // The page goes on without its reader until it stops waiting for the provider.
  await eventually(
    () => shop.app.logged().find(({ event, operation }) => event === "provider_call" && operation === "status"),
    30_000,
  );
  expect(shop.app.logged().filter(({ level }) => level === "error")).toEqual([]);
});

test("no request writes a line of its own into the log, nor a control character", async ({ logging: shop }) => {
  const forged = encodeURIComponent('/x\n{"level":"info","event":"forged"}\n\u001b[31m\u009b31m\u202e');
  for (const [method, path] of [
    ["GET", `/_next/image?w=64&q=75&url=${forged}`],
    ["GET", `/orders/${forged}`],
    ["GET", `/?error=${forged}&lang=${forged}`],
    ["GET", `/api/orders/${forged}`],
    ["POST", `/api/webhooks/${forged}`],
    ["GET", `/_next/static/${forged}`],
  ] as const) {
    const answer = await shop.client.request(method, path, { headers: { "x-webhook-id": forged, rsc: "1" } });
    expect(answer.status, path).toBeLessThan(500);
  }
  const { orderId } = await shop.open();
  // Lines come in order, so all of those before are there by now.
  await eventually(() => shop.app.logged().find((line) => line.orderId === orderId));
  expect(shop.app.logged().map(({ event }) => event)).not.toContain("forged");
  const [, written = ""] = /^[^{]*(.*)$/s.exec(shop.app.log()) ?? [];
  expect(written.replaceAll("\n", "")).not.toMatch(/[\p{Cc}\u2028-\u202e\u2066-\u2069]/u);
});
