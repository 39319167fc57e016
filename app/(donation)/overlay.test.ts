import { execFileSync } from "node:child_process";
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import type { Order } from "@/lib/orders/order";
import { wordsIn } from "@/messages/words";
import { SAMPLE_NOW, sampleOrder, samplePayment } from "@/test/sample-order";
import { isOverlayKey, overlayKey } from "./overlay-key";
import { overlayPage } from "./overlay-page";

const paid = (name: string, secondsAgo: number, changes: Partial<Order> = {}): Order => ({
  ...sampleOrder(),
  status: "paid",
  payer: { name, message: "a private canary", anonymous: false },
  payments: [{ ...samplePayment(), paidAt: SAMPLE_NOW - secondsAgo * 1_000 }],
  ...changes,
});

const shown = (...orders: Order[]) => {
  const page = overlayPage({
    words: wordsIn("en"),
    accent: "forest",
    nonce: "n",
    orders,
    testStore: false,
    now: SAMPLE_NOW,
  });
  expect(page).not.toContain("a private canary");
  return /<p role="status">(.*)<\/p>/.exec(page)?.[1];
};

describe("the overlay", () => {
  it("shows no payment of the test store once the shop is live", () => {
    const order = paid("Grace", 1, {
      payments: [samplePayment({ status: "paid", paidAt: SAMPLE_NOW, testStore: true })],
    });
    expect(shown(order)).toBe("");
  });

  it("shows the payment that came last, while it is news", () => {
    expect(shown(paid("Ada", 12), paid("Grace", 3), paid("Edsger", 8))).toBe("<bdi>Grace</bdi> <b>$5</b>");
    expect(shown(paid("Ada", 60))).toBe("");
    expect(shown()).toBe("");
  });

  it("names no payer who did not ask for it, nor one whom the merchant has hidden", () => {
    for (const changes of [{ hidden: true }, { payer: { name: "Grace", message: null, anonymous: true } }]) {
      expect(shown(paid("Grace", 3, changes))).toBe("<bdi>Anonymous</bdi> <b>$5</b>");
    }
    expect(shown(paid("<script>alert(1)</script>", 3))).toMatch(/^<bdi>&lt;script&gt;/);
  });
});

describe("its key", () => {
  it("is what the command of the documents prints", () => {
    const [, command = ""] =
      /\n```sh\n(node --env-file=\.env [\s\S]*?)\n```/.exec(readFileSync("docs/make-it-yours.md", "utf8")) ?? [];
    const secret = "correct horse battery";
    const folder = mkdtempSync(join(tmpdir(), "checkout-overlay-"));
    writeFileSync(join(folder, ".env"), `ADMIN_SECRET=${secret}\n`);
    const printed = execFileSync("sh", ["-c", command], { cwd: folder, encoding: "utf8" });
    rmSync(folder, { recursive: true });
    expect(printed.trim()).toBe(overlayKey(secret));
  });

  it("is that of one secret, and not the secret", () => {
    const key = overlayKey("correct horse battery");
    expect(key).toMatch(/^[\w-]{43}$/);
    expect(isOverlayKey(key, "correct horse battery")).toBe(true);
    for (const wrong of ["", "correct horse battery", key.slice(1), `${key}x`, overlayKey("another secret here")]) {
      expect(isOverlayKey(wrong, "correct horse battery")).toBe(false);
    }
  });
});
