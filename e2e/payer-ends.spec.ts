import { expect, test } from "./support/fixtures";
import { isIn, orderIn } from "./support/payer";
import { STATES } from "./support/states";

for (const state of STATES.filter(([name]) => ["failed", "canceled", "expired"].includes(name))) {
  test(`"${state[0]}" offers one main action, and whom to write to should money have left`, async ({
    page,
    client,
    account,
  }) => {
    const { path, orderId } = await orderIn(state, { client, account });
    await page.goto(path);
    await isIn(page, state[0]);
    await expect(page.locator("main button, main .button")).toHaveText(["Try again"]);
    await expect(page.getByTestId("order-contact")).toHaveAttribute(
      "href",
      `mailto:ada@example.com?subject=${orderId}`,
    );
  });
}

test("a payment that fell short and is sent back is shown with what came and what was missing", async ({
  page,
  client,
  account,
}) => {
  const short = await orderIn(["refunding", 5, { actual_paid_amount: "3" }] as const, { client, account });
  await page.goto(short.path);
  await isIn(page, "refunding");
  await expect(page.getByTestId("order-shortfall").locator("dd")).toHaveText([
    "5.000000 USDT",
    "3.000000 USDT",
    "2.000000 USDT",
  ]);
  const full = await orderIn(["refunding", 5, { actual_paid_amount: "5" }] as const, { client, account });
  await page.goto(full.path);
  await isIn(page, "refunding");
  await expect(page.getByTestId("order-receipt")).toContainText("5 USDT");
  await expect(page.getByTestId("order-shortfall")).toHaveCount(0);
});

test("coins of a test network are said to be no money, and that a payment came late is said", async ({
  page,
  client,
  account,
}) => {
  const fake = await orderIn(["review", 20, { chain_id: 11155111 }], { client, account });
  await page.goto(fake.path);
  await isIn(page, "review");
  await expect(page.getByTestId("order-note")).toHaveText([/^Test network: no real money$/, /worth nothing/]);
  const late = await orderIn(["expired", -5, {}], { client, account });
  await page.goto(late.path);
  await isIn(page, "expired");
  await account.setStatus(late.intentId, 20);
  await isIn(page, "paid");
  await expect(page.getByTestId("order-note")).toHaveText(/arrived after the time to pay had run out/);
});

test("why another try was refused is said once, and not again with every reload", async ({ page, client, account }) => {
  const { path } = await orderIn(["expired", -5, {}], { client, account });
  await page.goto(path);
  await isIn(page, "expired");
  await account.control("POST", "/faults", { op: "create", http: 400, code: 30001, times: 1 });
  await page.getByTestId("order-action").click();
  const refused = page.getByTestId("order-next").getByRole("alert");
  await expect(refused).toHaveText(/did not accept this payment/);
  await expect(page).toHaveURL(path);
  await expect(refused).toBeVisible();
  await page.reload();
  await isIn(page, "expired");
  await expect(refused).toHaveCount(0);
});
