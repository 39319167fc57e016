import { spawn } from "node:child_process";
import { expect } from "./support/fixtures";
import { openSteeredShop, type SteeredShop, test } from "./support/steered-shop";

/** `npm run trigger -- ...` as a process of its own. */
function trigger({ account }: SteeredShop, ...args: string[]): Promise<{ code: number | null; lines: string[] }> {
  const own = ["--emulator", account.baseUrl, "--api-key", account.apiKey, "--api-secret", account.apiSecret];
  const command = ["node_modules/tsx/dist/cli.mjs", "emulator/trigger.ts", ...args, ...own];
  const child = spawn(process.execPath, command, { stdio: ["ignore", "pipe", "pipe"] });
  let output = "";
  for (const stream of [child.stdout, child.stderr]) {
    stream.on("data", (chunk) => {
      output += String(chunk);
    });
  }
  return new Promise((resolve) =>
    child.once("close", (code) => resolve({ code, lines: output.trimEnd().split("\n") })),
  );
}

test("the acceptance matrix for receivers passes, all fifteen lines of it", async () => {
  const shop = await openSteeredShop();
  const { code, lines } = await trigger(shop, "matrix", "--url", shop.app.webhookUrl);
  expect(lines).toHaveLength(16);
  expect(lines.at(-1)).toBe("15 passed, 0 failed");
  expect(code).toBe(0);

  const answers = Object.fromEntries(
    lines.slice(0, 15).map((line) => {
      const [, name = "", seen = ""] = /^pass {2}(\S+) +(.+)$/.exec(line) ?? [];
      return [name, seen];
    }),
  );
  expect(answers).toEqual({
    valid: "200 paid",
    unsigned: "401",
    "wrong-secret": "401",
    "one-byte-changed": "401",
    "query-added": "401",
    "too-new-by-301-s": "401",
    "too-old-by-301-s": "401",
    "id-mismatch": "401",
    "short-signature": "401",
    "too-large": "413",
    "delivered-twice": "200 duplicate",
    "twenty-at-once": expect.stringMatching(/^(200 paid, 19 × 200 duplicate|19 × 200 duplicate, 200 paid)$/),
    "unknown-order": "503",
    "amount-short": "200 needs_review",
    "other-currency": "200 needs_review",
  });

  // The server's own record of the five orders it needs: two paid once, one untouched, two held for the merchant.
  const orders = shop.app.storedOrders();
  expect(orders.map(({ status }) => status).sort()).toEqual(["paid", "paid", "pending", "review", "review"]);
  for (const { id, status } of orders.filter((order) => order.status !== "review")) {
    const changes = status === "paid" ? [{ from: "pending", to: "paid", source: "webhook" }] : [];
    expect(shop.changes(id)).toEqual(changes);
  }
  await shop.close();
});

test("one order is underpaid by a command, and its page says what is missing", async ({ steered, page }) => {
  const { orderId, orderUrl } = await steered.open();
  const { code, lines } = await trigger(steered, "underpaid", "--order", orderId, "--received", "3");
  expect([code, lines[0]]).toEqual([0, expect.stringContaining(`order ${orderId} is now UNDERPAID`)]);
  await page.goto(orderUrl);
  await expect(page.getByTestId("order-page")).toHaveAttribute("data-order-state", "underpaid");
  await expect(page.getByTestId("order-shortfall")).toContainText("2.000000");
  expect(steered.stored(orderId)).toMatchObject({ status: "underpaid", attention: [] });
});

test("one broken webhook is sent by a command, and the answer is printed", async ({ steered }) => {
  const { orderId } = await steered.open();
  const before = steered.stored(orderId);
  const { code, lines } = await trigger(steered, "stale", "--order", orderId);
  expect([code, lines[0]]).toEqual([0, expect.stringMatching(/answered 401: .*unauthenticated/)]);
  expect(steered.stored(orderId)).toEqual(before);
});
