import { expect, test } from "./support/fixtures";
import { isIn, linesOf } from "./support/payer";

/** Runs in the page: the numbers among the facts that are broken in two. */
function brokenNumbers(list: Element): string[] {
  const broken: string[] = [];
  for (const fact of list.querySelectorAll("dd")) {
    const texts = document.createTreeWalker(fact, NodeFilter.SHOW_TEXT);
    for (let text = texts.nextNode(); text !== null; text = texts.nextNode()) {
      for (const { index, 0: number } of (text.textContent ?? "").matchAll(/[\d.]+/g)) {
        const range = document.createRange();
        range.setStart(text, index);
        range.setEnd(text, index + number.length);
        if (range.getClientRects().length > 1) broken.push(number);
      }
    }
  }
  return broken;
}

const SCREENS = [
  [320, "100%"],
  [390, "130%"],
  [320, "200%"],
] as const;

test("amounts stay in one piece on small screens and with large text, in every language", async ({
  page,
  client,
  account,
}) => {
  const created = await client.checkout({ amount: "10000.00" });
  const { id } = await account.intentOf(String(created.json.orderId));
  await account.setStatus(id, -3, { actual_paid_amount: "0.010000" });
  for (const tag of ["en", "de", "ja", "zh-CN"]) {
    await page.goto(`${created.json.orderUrl}?lang=${tag}`);
    await isIn(page, "underpaid");
    for (const [width, fontSize] of SCREENS) {
      await page.setViewportSize({ width, height: 640 });
      await page.evaluate((size) => {
        document.documentElement.style.fontSize = size;
      }, fontSize);
      const where = `${tag}, ${width} px, ${fontSize}`;
      expect.soft(await page.getByTestId("order-amount").evaluate(linesOf), where).toBe(1);
      expect.soft(await page.getByTestId("order-shortfall").evaluate(brokenNumbers), where).toEqual([]);
      expect.soft(await page.evaluate(() => document.documentElement.scrollWidth), where).toBe(width);
    }
  }
});
