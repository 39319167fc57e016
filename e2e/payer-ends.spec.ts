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
    await expect(page.locator("main button, main .button")).toHaveText(["Start again"]);
    await expect(page.getByTestId("order-contact")).toHaveAttribute(
      "href",
      `mailto:ada@example.com?subject=${orderId}`,
    );
  });
}
