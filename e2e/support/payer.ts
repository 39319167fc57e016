import type { Locator, Page } from "playwright/test";
import decodeQR from "qr/decode.js";
import type { Client } from "./client";
import type { EmulatorAccount } from "./emulator";
import { expect } from "./fixtures";
import type { State } from "./states";

/** Makes an order and brings it into a state; resolves to its path. */
export async function orderIn(state: State, { client, account }: { client: Client; account: EmulatorAccount }) {
  const [name, status, facts] = state;
  const created = await client.checkout({ amount: "5.00" });
  const orderId = String(created.json.orderId);
  const intent = await account.intentOf(orderId);
  if (name !== "pending") await account.setStatus(intent.id, status, facts);
  return { orderId, intentId: intent.id, path: `/orders/${orderId}` };
}

export async function isIn(page: Page, status: string, timeout = 30_000): Promise<void> {
  await expect(page.getByTestId("order-page")).toHaveAttribute("data-order-state", status, { timeout });
}

/** Submits the tip page as it stands; resolves to the checkout, which opens in a tab of its own. */
export async function openCheckout(page: Page): Promise<Page> {
  const opened = page.waitForEvent("popup");
  await page.getByTestId("tip-submit").click();
  const checkout = await opened;
  await page.waitForURL(/\/orders\//);
  await expect(checkout.getByTestId("pay")).toBeVisible();
  return checkout;
}

/** Everything that has moved on the page since it was opened, in the browser's own measure. */
export function shiftsOf(page: Page): Promise<number> {
  return page.evaluate(
    () =>
      new Promise<number>((resolve) => {
        let shifts = 0;
        const observer = new PerformanceObserver((list) => {
          for (const entry of list.getEntries()) shifts += Reflect.get(entry, "value");
        });
        observer.observe({ type: "layout-shift", buffered: true });
        // Entries are delivered after the frame that they belong to.
        requestAnimationFrame(() => requestAnimationFrame(() => setTimeout(() => resolve(shifts))));
      }),
  );
}

/** Runs in the page. On a narrow phone an amount must not be broken in two. */
export function linesOf(element: Element): number {
  const text = document.createRange();
  text.selectNodeContents(element);
  return text.getClientRects().length;
}

/** What a phone's camera would read from a QR code on the screen. */
export async function scan(code: Locator): Promise<string> {
  const picture = await code.screenshot();
  // The page that shows the code may be one that lets no picture be read.
  const reader = await code.page().context().newPage();
  const pixels = await reader.evaluate(async (base64) => {
    const image = new Image();
    image.src = `data:image/png;base64,${base64}`;
    await image.decode();
    const { width, height } = image;
    const canvas = Object.assign(document.createElement("canvas"), { width, height }).getContext("2d");
    canvas?.drawImage(image, 0, 0);
    return { width, height, data: [...(canvas?.getImageData(0, 0, width, height).data ?? [])] };
  }, picture.toString("base64"));
  await reader.close();
  return decodeQR({ ...pixels, data: Uint8Array.from(pixels.data) });
}
