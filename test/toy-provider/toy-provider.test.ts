import { createHmac } from "node:crypto";
import { text } from "node:stream/consumers";
import { afterEach, beforeEach, expect, it } from "vitest";
import { readOrder } from "@/lib/checkout/read";
import { receiveWebhook } from "@/lib/checkout/receive-webhook";
import { PROVIDERS } from "@/lib/provider/registry";
import { SettingReader } from "@/lib/settings";
import { onBothStores, startedOrder, stored } from "@/test/flow-support";
import { type HttpServer, startHttpServer } from "@/test/http-server";
import { toy } from "./module";

const SECRET = "secret-of-the-toy";
/** The one line in the registry. */
const REGISTRY = [...PROVIDERS, toy];

onBothStores("a provider that is a folder and a line in the registry", (world) => {
  let server: HttpServer;
  let payments: Map<string, { id: string; state: string; usdt: string; price: string; order: string }>;
  beforeEach(async () => {
    payments = new Map();
    server = await startHttpServer(async (request, response) => {
      const body = await text(request);
      const id = request.url?.split("/")[2] ?? `toy-${payments.size + 1}`;
      if (request.method === "POST") payments.set(id, { id, state: "open", usdt: "5.00", ...JSON.parse(body) });
      response.end(JSON.stringify(payments.get(id)));
    });
  });
  afterEach(() => server.close());

  /** The flow as the settings make it, with a payment that was opened, and what the toy sends about it. */
  async function opened() {
    const reader = new SettingReader({ TOY_SECRET: SECRET, TOY_URL: server.url });
    const modules = REGISTRY.filter((module) => module.isPresent(reader));
    const providers = modules.flatMap((module) => module.load(reader)?.create({ timeoutMs: 1_000 }) ?? []);
    const [provider = expect.fail()] = providers;
    expect(reader.problems).toEqual([]);
    const flow = world().process({ providers });
    const { order, paymentId } = await startedOrder(flow, { ...world().shop, provider });
    const payment = payments.get(paymentId) ?? expect.fail();
    const deliver = (content: object, secret = SECRET) => {
      const body = new TextEncoder().encode(JSON.stringify(content));
      const signature = createHmac("sha256", secret).update(body).digest("hex");
      const headers = new Headers({ "x-toy-signature": signature });
      return receiveWebhook(flow, provider, { method: "POST", path: "/", query: "", headers, body, receivedAt: 0 });
    };
    return { flow, order, payment, deliver };
  }

  it("is paid by a webhook", async () => {
    const { flow, order, payment, deliver } = await opened();
    expect(order).toMatchObject({ payments: [{ provider: "toy", checkoutUrl: "https://toy.example/toy-1" }] });
    expect(await deliver({ ...payment, state: "paid" }, "another secret")).toMatchObject({ ok: false });
    expect(await deliver({ ...payment, state: "paid", usdt: "0.05" })).toEqual({ ok: true, result: "needs_review" });
    expect(await deliver({ ...payment, state: "paid" })).toEqual({ ok: true, result: "paid" });
    expect(await deliver({ ...payment, state: "paid" })).toEqual({ ok: true, result: "duplicate" });
    expect(await stored(flow, order.id)).toMatchObject({ status: "paid", payments: [{ status: "paid" }] });
  });

  it("is paid by a hint, of which nothing is believed but the id", async () => {
    const { flow, order, payment, deliver } = await opened();
    await deliver({ id: payment.id, usdt: "5.00" });
    expect((await stored(flow, order.id)).status).toBe("pending");
    payment.state = "paid";
    expect(await deliver({ id: payment.id })).toEqual({ ok: true, result: "paid" });
    expect(await stored(flow, order.id)).toMatchObject({ status: "paid", attention: [] });
  });

  it("is paid by a poll", async () => {
    const { flow, order, payment } = await opened();
    payment.state = "paid";
    expect(await readOrder(flow, order.id, { mayAsk: true })).toMatchObject({ ok: true, order: { status: "paid" } });
  });
});
