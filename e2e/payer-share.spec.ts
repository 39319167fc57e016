import { expect, test } from "./support/fixtures";
import { orderIn, scan } from "./support/payer";
import { STATES } from "./support/states";

const [PENDING] = STATES;

for (const colorScheme of ["light", "dark"] as const) {
  test.describe(`in ${colorScheme}`, () => {
    test.use({ colorScheme });
    test("a phone reads the payment page and the order page from the screen", async ({
      page,
      app,
      client,
      account,
    }) => {
      const { path, orderId } = await orderIn(PENDING, { client, account });
      await page.goto(path);
      await page.getByTestId("order-phone").locator("summary").click();
      const [pay, follow] = await page.getByTestId("order-phone").getByRole("img").all();
      if (pay === undefined || follow === undefined) throw new Error("There should be two codes.");
      const { json } = await client.order(orderId);
      expect(await scan(pay)).toBe(json.checkoutUrl);
      expect(await scan(follow)).toBe(app.url + path);
    });
  });
}

test("a shared link comes with a picture of the right size, and says nothing of payers", async ({ page, client }) => {
  await page.goto("/");
  const address = await page.locator('meta[property="og:image"]').getAttribute("content");
  const answer = await page.request.get(String(address));
  expect(answer.headers()["content-type"]).toBe("image/png");
  const picture = await answer.body();
  expect(picture.length).toBeLessThan(300_000);
  // The header of a PNG: width and height.
  expect([picture.readUInt32BE(16), picture.readUInt32BE(20)]).toEqual([1200, 630]);

  const { json } = await client.checkout({ amount: "5.00", name: "Grace Canary", message: "for the tools" });
  const order = await client.request("GET", `/orders/${json.orderId}`);
  expect(order.text).not.toMatch(/og:image|Grace Canary|for the tools/);
});
