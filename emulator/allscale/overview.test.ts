import { describe, expect, it } from "vitest";
import { openStore } from "../test-support/bench-store";
import { createOk, send } from "../test-support/merchant";

interface Described {
  readonly paths: Readonly<Record<string, Readonly<Record<string, { summary: string }>>>>;
}

describe("the control API's own description", () => {
  it("lists every route it answers, and every field it takes", async () => {
    const { emulator, control } = await openStore();
    const described = (await control("GET", "/openapi.json")).body as unknown as Described & { openapi: string };
    expect(described.openapi).toBe("3.1.0");
    for (const [path, methods] of Object.entries(described.paths)) {
      for (const method of Object.keys(methods)) {
        const target = path.replaceAll(/\{\w+\}/g, "nope");
        const { status } = await send({ url: emulator.url, method: method.toUpperCase(), target });
        expect([path, method, status === 405 || status >= 500]).toEqual([path, method, false]);
      }
    }
    expect(Object.keys(described.paths)).toEqual(
      expect.arrayContaining(["/_emulator/faults", "/_emulator/clock", "/_emulator/intents/{id}/status"]),
    );
    expect(JSON.stringify(described)).toContain("replayWindowSeconds");
  });

  it("shows the account on a page, escaped", async () => {
    const { emulator, control, merchant } = await openStore();
    await createOk(merchant, { currency: 1, amount_cents: 500, order_id: "<script>" });
    await control("POST", "/faults", { op: "create", http: 500 });
    const page = await send({ url: emulator.url, method: "GET", target: "/_emulator/" });
    expect(page.headers["content-type"]).toContain("text/html");
    expect(page.text).not.toContain("<script>");
    expect(page.text).not.toContain(merchant.apiSecret);
    for (const shown of [
      "&lt;script&gt;",
      "5.00 USD",
      "an integer from 4 to 18",
      "POST /_emulator/reset",
      "kyt_rejected",
      "evil_url",
    ]) {
      expect(page.text).toContain(shown);
    }
    expect(page.text, "the package holds no document that a section could point to").not.toContain("§");
    expect((await send({ url: emulator.url, method: "GET", target: "/" })).headers.location).toBe("/_emulator/");
  });
});
