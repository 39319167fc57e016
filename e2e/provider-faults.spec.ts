import { randomUUID } from "node:crypto";
import { eventually } from "../test/eventually";
import { startApp } from "./support/app";
import { clientOf } from "./support/client";
import { settingsFor } from "./support/emulator";
import { expect, randomAddress } from "./support/fixtures";
import { answerOf, openSteeredShop, type SteeredShop, test } from "./support/steered-shop";

type Fault = Readonly<Record<string, unknown>>;

const UNAVAILABLE = { status: 502, code: "provider_unavailable" } as const;
const REFUSED = { status: 502, code: "provider_refused" } as const;
const BAD_ANSWER = { status: 502, code: "provider_bad_answer" } as const;

/** Faults of any operation, with what a payer is answered when they strike the create call. */
const FAULTS: readonly [string, Fault, { readonly status: number; readonly code: string }][] = [
  ["400", { http: 400 }, REFUSED],
  ["401", { http: 401 }, REFUSED],
  ["403", { http: 403 }, REFUSED],
  ["422", { http: 422 }, REFUSED],
  ["429", { http: 429, details: { retry_after: 7 } }, UNAVAILABLE],
  ["500", { http: 500 }, UNAVAILABLE],
  ["503 with a code from the future", { http: 503, code: 77_777 }, UNAVAILABLE],
  ["code 99999 under HTTP 200", { http: 200, code: 99_999 }, UNAVAILABLE],
  ["a dropped connection", { kind: "drop" }, UNAVAILABLE],
  ["a proxy's page with 502", { kind: "html" }, UNAVAILABLE],
  ["a proxy's page with 200", { kind: "html", http: 200 }, BAD_ANSWER],
  ["half of its JSON", { kind: "bad_json" }, BAD_ANSWER],
  ["an empty body", { kind: "empty_body" }, BAD_ANSWER],
  ["a payload of another shape", { kind: "wrong_shape" }, BAD_ANSWER],
];

const CREATE_FAULTS: typeof FAULTS = [
  ...FAULTS,
  ["a connection dropped after it was done", { kind: "drop_after_accept" }, UNAVAILABLE],
  ["a hundred times the amount", { kind: "amount_x100" }, { status: 502, code: "amount_check_failed" }],
  ["a checkout at a host like its own", { kind: "evil_url" }, { status: 502, code: "unsafe_checkout_url" }],
  [
    "a checkout that is a script",
    { kind: "evil_url", url: "javascript:alert(1)" },
    { status: 502, code: "unsafe_checkout_url" },
  ],
];

/** The three ways in which an answer can fail to prove where it comes from. */
const SIGNATURE_FAULTS: typeof FAULTS = [
  ["a false signature", { kind: "bad_response_signature" }, BAD_ANSWER],
  ["no signature", { kind: "missing_response_signature" }, BAD_ANSWER],
  ["a signature of an hour ago", { kind: "stale_response_signature" }, BAD_ANSWER],
];

/** Set for one call, and seen to have struck it. */
async function struckOnce<T>(shop: SteeredShop, fault: Fault, act: () => Promise<T>): Promise<T> {
  const { id } = await shop.fault({ ...fault, times: 1 });
  const result = await act();
  // An answer is not waited for beyond the page's patience, so the question may still be on its way.
  await eventually(async () => (await shop.struck(id)) === 1 || undefined);
  return result;
}

/** No way to pay is shown for an order whose payment was not opened, and asking again opens it. */
async function refusesToOpen(shop: SteeredShop, [name, fault, expected]: (typeof FAULTS)[number]): Promise<void> {
  const key = { "idempotency-key": randomUUID() };
  const known = new Set(shop.app.storedOrders().map(({ id }) => id));
  const create = () => shop.client.checkout({ amount: "5.00" }, key);
  const answer = await struckOnce(shop, { op: "create", ...fault }, create);
  expect(answer, name).toMatchObject({ status: expected.status, json: { code: expected.code } });
  expect(answer.json, name).not.toHaveProperty("checkoutUrl");
  expect(answer.headers.get("retry-after"), name).toBe(fault.http === 429 ? "7" : null);

  const [order] = shop.app.storedOrders().filter(({ id }) => !known.has(id));
  expect(order, name).toMatchObject({ status: "pending", payments: [] });
  const view = await shop.client.order(order?.id ?? "");
  expect(view, name).toMatchObject({ status: 200, json: { status: "pending", paid: false } });
  expect(view.json, name).not.toHaveProperty("checkoutUrl");

  const form = await struckOnce(shop, { op: "create", ...fault }, () =>
    shop.client.form({ amount: "5.00" }, { accept: "text/html" }),
  );
  expect([form.status, form.headers.get("location")?.startsWith("/?error=")], name).toEqual([303, true]);

  expect(await create(), `${name}: again`).toMatchObject({ status: 201, json: { orderId: order?.id } });
  expect(shop.stored(order?.id ?? "").payments, name).toHaveLength(1);
}

type ReadFault = readonly ["status" | "detail", ...(typeof FAULTS)[number]];

/** A poll that fails leaves the order as it was last known, and a later one finds out. */
async function keepsWatching(shop: SteeredShop, faults: readonly ReadFault[]): Promise<void> {
  const orders: string[] = [];
  for (const [op, name, fault] of faults) {
    const { orderId, intentId } = await shop.open();
    await shop.account.setStatus(intentId, 20, { webhook: false });
    const before = shop.stored(orderId);
    const answer = await struckOnce(shop, { op, ...fault }, () => shop.client.order(orderId));
    const known = { status: "pending", paid: false, delayed: true };
    expect(answer, `${op}: ${name}`).toMatchObject({ status: 200, json: known });
    expect(shop.stored(orderId), `${op}: ${name}`).toEqual(before);
    orders.push(orderId);
  }
  for (const orderId of orders) {
    const found = await eventually(async () => {
      const { json } = await shop.client.order(orderId);
      return json.paid === true ? json : undefined;
    });
    expect(found).not.toHaveProperty("delayed");
    expect(shop.changes(orderId)).toEqual([{ from: "pending", to: "paid", source: "poll" }]);
  }
}

const onBoth = (rows: typeof FAULTS): ReadFault[] =>
  rows.flatMap((row) => [
    ["status", ...row],
    ["detail", ...row],
  ]);

for (const row of CREATE_FAULTS) {
  test(`create answered with ${row[0]} opens nothing, and can be asked again`, async ({ steered }) => {
    await refusesToOpen(steered, row);
  });
}

test("create answered slowly is only slow", async ({ steered }) => {
  const created = await struckOnce(steered, { op: "create", delay: "1s" }, () =>
    steered.client.checkout({ amount: "5.00" }),
  );
  expect(created).toMatchObject({ status: 201, json: { status: "pending" } });
});

test("a status or a detail that cannot be had leaves the order as it was, and is had later", async ({ steered }) => {
  await keepsWatching(steered, [
    ...onBoth([
      ...FAULTS,
      ["404", { http: 404 }, REFUSED],
      ["an undocumented status", { kind: "unknown_status", status: 99 }, BAD_ANSWER],
    ]),
    ["detail", "a status that the other call denies", { kind: "unknown_status", status: -5 }, BAD_ANSWER],
  ]);
});

test("a detail that names a hundred times the coins is settled by those received, and shows no others", async ({
  steered,
}) => {
  const { orderId, intentId } = await steered.open();
  await steered.account.setStatus(intentId, 20, { webhook: false });
  const fault = { op: "detail", kind: "amount_x100" };
  await struckOnce(steered, fault, () => steered.client.order(orderId));
  await expect
    .poll(() => steered.client.order(orderId))
    .toMatchObject({ status: 200, json: { status: "paid", paid: true, receipt: { coinAmount: "5.000000" } } });
  expect(steered.stored(orderId)).toMatchObject({ status: "paid", attention: [] });
});

test("a detail that repeats the price and shows too little received is never paid", async ({ steered, page }) => {
  const { orderId, orderUrl, intentId } = await steered.open();
  await steered.account.setStatus(intentId, 20, { actual_paid_amount: "0.01", webhook: false });
  await page.goto(orderUrl);
  await expect(page.getByTestId("order-page")).toHaveAttribute("data-order-state", "review");
  await expect(page.getByTestId("order-note")).toBeVisible();
  expect((await steered.client.order(orderId)).json).toMatchObject({
    status: "review",
    paid: false,
    attention: ["money_mismatch"],
    receipt: { coinAmount: "0.01" },
  });
  expect(steered.stored(orderId)).toMatchObject({ status: "review", payments: [{ onHold: true }] });
  await eventually(() =>
    steered.app.logged().find((line) => line.event === "money_needs_review" && line.orderId === orderId),
  );
  // Signed and with all of the money, it counts after all.
  await steered.account.setStatus(intentId, 20, { actual_paid_amount: "5.000000" });
  expect((await steered.deliveries(intentId, 1)).map(answerOf)).toEqual(["200 paid"]);
});

test("a detail that shows much more than was asked for is paid, and is pointed out", async ({ steered, page }) => {
  const { orderId, orderUrl, intentId } = await steered.open();
  await steered.account.setStatus(intentId, 20, { actual_paid_amount: "50.000000", webhook: false });
  await page.goto(orderUrl);
  await expect(page.getByTestId("order-page")).toHaveAttribute("data-order-state", "paid");
  await expect(page.getByTestId("order-note")).toHaveText(/more than the amount due/);
  await expect(page.getByTestId("order-receipt")).toContainText("50.000000 USDT");
  expect(steered.stored(orderId)).toMatchObject({ status: "paid", attention: ["overpaid"] });
});

test("a payment whose opening was never answered settles its order when it is paid all the same", async ({
  steered,
}) => {
  const known = new Set(steered.app.storedOrders().map(({ id }) => id));
  await struckOnce(steered, { op: "create", kind: "drop_after_accept" }, () =>
    steered.client.checkout({ amount: "5.00" }),
  );
  const [order] = steered.app.storedOrders().filter(({ id }) => !known.has(id));
  const orderId = order?.id ?? "";
  const { id: intentId } = await steered.account.intentOf(orderId);
  await steered.account.setStatus(intentId, 20);
  expect((await steered.deliveries(intentId, 1)).map(answerOf)).toEqual(["200 paid"]);
  expect(steered.stored(orderId)).toMatchObject({
    status: "paid",
    attention: ["unexpected_payment"],
    payments: [{ paymentId: intentId, status: "paid" }],
  });
});

test("a reconciliation that is not answered changes nothing, and the next one settles", async ({ steered }) => {
  const { orderId, intentId } = await steered.open();
  await steered.account.setStatus(intentId, 20, { webhook: false });
  const { id } = await steered.fault({ op: "detail", kind: "drop" });
  expect((await steered.cron()).status).toBe(200);
  expect(await steered.struck(id)).toBeGreaterThan(0);
  expect(steered.stored(orderId).status).toBe("pending");
  await steered.removeFault(id);
  await eventually(async () => {
    await steered.cron();
    return steered.stored(orderId).status === "paid" || undefined;
  });
  expect(steered.changes(orderId)).toEqual([{ from: "pending", to: "paid", source: "reconcile" }]);
});

test("a wait that is asked for is kept by every process on the store, and what came meanwhile is found after it", async () => {
  const unlimited = { RATE_LIMIT_STATUS: "100000/60s" };
  const shop = await openSteeredShop({}, unlimited);
  const { account, app } = shop;
  const second = await startApp({ ...settingsFor(account), ...unlimited, ORDER_DATABASE: app.database });
  const clients = [shop.client, clientOf(second, randomAddress())];
  const { orderId, intentId } = await shop.open();
  const refused = { status: 200, json: { status: "pending", paid: false, delayed: true } };
  const askedAt = performance.now();
  const fault = { op: "status", http: 429, details: { retry_after: 10 } };
  expect(await struckOnce(shop, fault, () => shop.client.order(orderId))).toMatchObject(refused);
  await account.setStatus(intentId, 20, { webhook: false });
  await eventually(async () => {
    const answers = await Promise.all(clients.map((client) => client.order(orderId)));
    const waiting = answers.filter(({ json }) => json.paid !== true);
    for (const answer of waiting) expect(answer).toMatchObject(refused);
    return waiting.length === 0 || undefined;
  }, 20_000);
  expect(performance.now() - askedAt).toBeGreaterThan(10_000);
  expect(await account.requests("status"), "the one that was refused, and the one that found out").toBe(2);
  await second.close();
  await shop.close();
});

test("a wait holds up neither a webhook nor the scheduler", async ({ steered }) => {
  const [told, untold] = [await steered.open(), await steered.open()];
  const fault = { op: "status", http: 429, details: { retry_after: 3_600 } };
  for (const { orderId } of [told, untold]) {
    const answer = await struckOnce(steered, fault, () => steered.client.order(orderId));
    expect(answer.json).toMatchObject({ status: "pending", delayed: true });
    expect((await steered.client.order(orderId)).json, "the next poll").toMatchObject({ delayed: true });
  }
  await steered.account.setStatus(told.intentId, 20);
  expect((await steered.deliveries(told.intentId, 1)).map(answerOf)).toEqual(["200 paid"]);
  await steered.account.setStatus(untold.intentId, 20, { webhook: false });
  expect(await steered.cron()).toMatchObject({ status: 200, json: { paid: 1 } });
  for (const [{ orderId }, source] of [
    [told, "webhook"],
    [untold, "reconcile"],
  ] as const) {
    const { json } = await steered.client.order(orderId);
    expect([json.paid, json.delayed], source).toEqual([true, undefined]);
    expect(steered.changes(orderId)).toEqual([{ from: "pending", to: "paid", source }]);
  }
});

test("answers that hang or come slowly delay no page for long, and what they say counts when it comes", async ({
  steered,
}) => {
  const open = async () => {
    const order = await steered.open();
    await steered.account.setStatus(order.intentId, 20, { webhook: false });
    return order;
  };
  const dawdling = await open();
  const hanging = [await open(), await open()];
  const key = { "idempotency-key": randomUUID() };
  await steered.fault({ op: "create", kind: "hang", times: 1 });
  const created = steered.client.checkout({ amount: "5.00" }, key);
  const answers = [];
  for (const [fault, orderId] of [
    [{ op: "status", kind: "hang" }, hanging[0]?.orderId ?? ""],
    [{ op: "detail", kind: "hang" }, hanging[1]?.orderId ?? ""],
    // Last, as it goes on to ask for the details.
    [{ op: "status", delay: "5s" }, dawdling.orderId],
  ] as const) {
    const { id } = await steered.fault({ ...fault, times: 1 });
    answers.push(steered.client.order(orderId));
    // Before the next fault is set, which would otherwise strike whichever question came first.
    await eventually(async () => (await steered.struck(id)) === 1 || undefined);
  }
  for (const { json } of await Promise.all(answers)) expect(json).toMatchObject({ status: "pending", delayed: true });
  await eventually(() => steered.stored(dawdling.orderId).status === "paid" || undefined, 20_000);

  expect(await created).toMatchObject({ status: 504, json: { code: "provider_timeout" } });
  expect(await steered.client.checkout({ amount: "5.00" }, key)).toMatchObject({ status: 201 });
  for (const { orderId } of hanging) {
    await eventually(async () => (await steered.client.order(orderId)).json.paid === true || undefined);
  }
});

test("with signed responses, an answer that does not prove itself counts for nothing", async () => {
  const shop = await openSteeredShop({ signedResponse: true }, { ALLSCALE_SIGNED_RESPONSES: "true" });
  for (const row of SIGNATURE_FAULTS) await refusesToOpen(shop, row);
  await keepsWatching(shop, onBoth(SIGNATURE_FAULTS));
  await shop.close();
});

/** What happens to a webhook on its way, what its first arrival is answered, and what the repetition is. */
const WEBHOOK_FAULTS: readonly [string, Fault, readonly string[]][] = [
  ["lost", { kind: "drop" }, ["none", "200 paid"]],
  ["answered, and the answer lost", { kind: "error", http: 502 }, ["200 paid", "200 duplicate"]],
  ["doubled", { kind: "duplicate" }, ["200 duplicate", "200 paid"]],
  ["cut off", { kind: "bad_json" }, ["400", "200 paid"]],
  ["misshapen", { kind: "wrong_shape" }, ["400", "200 paid"]],
  ["signed falsely", { kind: "bad_signature" }, ["401", "200 paid"]],
  ["not signed", { kind: "missing_signature" }, ["401", "200 paid"]],
  ["an hour old", { kind: "stale_timestamp" }, ["401", "200 paid"]],
];
for (const [name, fault, answers] of WEBHOOK_FAULTS) {
  test(`a webhook that is ${name} pays once in the end`, async ({ steered }) => {
    const { orderId, intentId } = await steered.open();
    const confirm = () => steered.account.setStatus(intentId, 20);
    await struckOnce(steered, { op: "webhook", ...fault }, confirm);
    const copies = fault.kind === "duplicate" ? 2 : 1;
    const first = await steered.deliveries(intentId, copies);
    if (first.some(({ state }) => state === "failed")) {
      expect(steered.stored(orderId).status).toBe(answers[0] === "200 paid" ? "paid" : "pending");
      await eventually(async () =>
        (await steered.deliveries(intentId, 1))[0]?.retryInMs === 1_000 ? true : undefined,
      );
      await steered.advance("1s");
    }
    const all = await steered.deliveries(intentId, 2);
    expect(copies === 2 ? all.map(answerOf).sort() : all.map(answerOf)).toEqual(answers);
    expect(steered.stored(orderId)).toMatchObject({ status: "paid", attention: [] });
    expect(steered.changes(orderId)).toEqual([{ from: "pending", to: "paid", source: "webhook" }]);
    await steered.advance("1h");
    expect(await steered.deliveries(intentId, 2), "an accepted one does not come again").toHaveLength(2);
  });
}

test("a webhook that is late pays when it comes", async ({ steered }) => {
  const { orderId, intentId } = await steered.open();
  const fault = { op: "webhook", delay: "10m" };
  await struckOnce(steered, fault, () => steered.account.setStatus(intentId, 20));
  await steered.advance("9m");
  expect(steered.stored(orderId).status).toBe("pending");
  await steered.advance("1m");
  expect((await steered.deliveries(intentId, 1)).map(answerOf)).toEqual(["200 paid"]);
});

test("webhooks that overtake one another each pay their own order", async ({ steered }) => {
  const [held, other] = [await steered.open(), await steered.open()];
  await struckOnce(steered, { op: "webhook", kind: "reorder" }, () => steered.account.setStatus(held.intentId, 20));
  expect(await steered.deliveries(held.intentId, 0)).toEqual([]);
  await steered.account.setStatus(other.intentId, 20);
  for (const { intentId, orderId } of [held, other]) {
    expect((await steered.deliveries(intentId, 1)).map(answerOf)).toEqual(["200 paid"]);
    expect(steered.stored(orderId)).toMatchObject({ status: "paid", attention: [] });
  }
});

test("a webhook with a hundred times the amount is for the merchant to review, never paid", async ({ steered }) => {
  const { orderId, intentId } = await steered.open();
  const fault = { op: "webhook", kind: "amount_x100" };
  await struckOnce(steered, fault, () => steered.account.setStatus(intentId, 20));
  expect((await steered.deliveries(intentId, 1)).map(answerOf)).toEqual(["200 needs_review"]);
  expect(steered.stored(orderId)).toMatchObject({ status: "review", attention: ["money_mismatch"] });
});

test("a page keeps watching through three refused questions and shows what came of it", async ({ steered, page }) => {
  const { orderUrl, orderId, intentId } = await steered.open();
  const { id } = await steered.fault({ op: "status", http: 429, times: 3 });
  await page.goto(orderUrl);
  await steered.account.setStatus(intentId, 20, { webhook: false });
  const order = page.getByTestId("order-page");
  await expect(page.getByTestId("order-connection")).toHaveText(/cannot check the status/);
  await expect(order).toHaveAttribute("data-order-state", "pending");
  await expect(page.getByTestId("order-check-again")).toBeVisible();
  await expect(order).toHaveAttribute("data-order-state", "paid", { timeout: 30_000 });
  await expect(page.getByTestId("order-connection")).toBeHidden();
  expect(await steered.struck(id)).toBe(3);
  expect(steered.changes(orderId)).toEqual([{ from: "pending", to: "paid", source: "poll" }]);
});

for (const [name, fault] of [
  ["is out of order", { http: 500 }],
  ["sends payers elsewhere", { kind: "evil_url" }],
] as const) {
  test(`a page whose provider ${name} leads nowhere, says so and can be tried again`, async ({ steered, browser }) => {
    const context = await browser.newContext({ baseURL: steered.app.url });
    const page = await context.newPage();
    await page.goto("/");
    await page.getByRole("radio", { name: "$5", exact: true }).check();
    await struckOnce(steered, { op: "create", ...fault }, async () => {
      const popup = page.waitForEvent("popup");
      await page.getByTestId("tip-submit").click();
      const checkout = await popup;
      await expect(page.getByTestId("tip-form-problem")).not.toBeEmpty();
      await eventually(() => checkout.isClosed() || undefined);
    });
    expect(new URL(page.url()).pathname).toBe("/");
    expect(context.pages()).toEqual([page]);
    await page.getByTestId("tip-submit").click();
    await page.waitForURL(/\/orders\//);
    await expect(page.getByTestId("order-page")).toHaveAttribute("data-order-state", "pending");
    await context.close();
  });
}
