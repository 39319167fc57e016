import { buffer } from "node:stream/consumers";
import { afterEach, beforeEach, expect } from "vitest";
import { startEmulator } from "@/emulator/server";
import { receiveWebhook } from "@/lib/checkout/receive-webhook";
import { startPayment } from "@/lib/checkout/start";
import type { Order } from "@/lib/orders/order";
import type { LoadedProvider, ProviderCall } from "@/lib/provider/provider";
import { PROVIDERS } from "@/lib/provider/registry";
import { SettingReader } from "@/lib/settings";
import { eventually } from "@/test/eventually";
import { limitOf, stored, type World } from "@/test/flow-support";
import { startHttpServer } from "@/test/http-server";
import type { ProviderBench } from "./bench";

type Sent = { readonly headers: Headers; readonly body: Uint8Array; readonly path: string; readonly answer: string };

/** For each test, a flow with one provider, its emulator, and a server that takes in what the emulator sends. */
export function besideEmulator(bench: ProviderBench, world: () => World): () => Lab {
  let lab: Lab | null = null;
  beforeEach(async () => {
    lab = await openLab(bench, world());
  });
  afterEach(async () => {
    await lab?.close();
  });
  return () => lab ?? expect.fail();
}

type Lab = Awaited<ReturnType<typeof openLab>>;

async function openLab(bench: ProviderBench, world: World) {
  const { apiKey, apiSecret } = bench.credentials;
  const calls: ProviderCall[] = [];
  const deliveries: Sent[] = [];
  /** While it is down, the receiver refuses what is sent. */
  const receiving = { isDown: false };
  /** What is being taken in, which must not outlive the test's store. */
  const underWay = new Set<Promise<string>>();
  const receiver = await startHttpServer(async (request, response) => {
    const body = new Uint8Array(await buffer(request));
    const headers = new Headers(Object.entries(request.headers).map(([name, value]) => [name, String(value)]));
    const sent = { headers, body, path: request.url ?? "" };
    const answer = receiving.isDown ? "down" : await deliver(sent);
    deliveries.push({ ...sent, answer });
    response.writeHead(receiving.isDown || answer.startsWith("refused") ? 503 : 200).end();
  });
  const webhookUrl = `${receiver.url}/api/webhooks/${bench.name}`;
  const emulator = await startEmulator({ provider: bench.name, apiKey, apiSecret, webhookUrl });

  function load(settings: Readonly<Record<string, string>>): LoadedProvider {
    const reader = new SettingReader(settings);
    const loaded = PROVIDERS.find(({ name }) => name === bench.name)?.load(reader);
    expect(reader.problems).toEqual([]);
    return loaded ?? expect.fail();
  }
  const tools = { timeoutMs: 2_000, onCall: (call: ProviderCall) => void calls.push(call) };
  const settings = bench.settings({ ...bench.credentials, url: emulator.url });
  const open = (changes: Readonly<Record<string, string>> = {}) => load({ ...settings, ...changes }).create(tools);
  const openPayouts = (changes: Readonly<Record<string, string>> = {}) =>
    load({ ...settings, ...changes }).createPayouts?.({ ...tools, webhookUrl }) ?? expect.fail();
  const provider = open();
  const payouts = load(settings).createPayouts?.({ ...tools, webhookUrl });
  const start = () => world.process({ providers: [provider], ...(payouts && { payouts: [payouts] }) });
  const flow = start();

  async function deliver(sent: Omit<Sent, "answer">): Promise<string> {
    const taking = takeIn(sent).finally(() => underWay.delete(taking));
    underWay.add(taking);
    return taking;
  }

  async function takeIn({ headers, body, path }: Omit<Sent, "answer">): Promise<string> {
    const delivery = { method: "POST", path, query: "", headers, body, receivedAt: Date.now() };
    const result = await receiveWebhook(flow, provider, delivery);
    return result.ok ? result.result : `refused ${result.refusal.code}`;
  }

  async function control(method: string, path: string, body?: object): Promise<Record<string, unknown>> {
    const headers = { "Content-Type": "application/json", "X-API-Key": apiKey };
    const init = { method, headers, ...(body && { body: JSON.stringify(body) }) };
    const response = await fetch(`${emulator.url}/_emulator${path}`, init);
    const answer = (await response.json()) as Record<string, unknown>;
    expect(response.status, JSON.stringify(answer)).toBeLessThan(300);
    return answer;
  }

  const attempt = (fields = { amount: "5.00", anonymous: true }) => {
    const shop = { ...world.shop, provider };
    const request = { fields, idempotencyKey: null, limit: limitOf(1_000), payerAddress: "192.0.2.1" };
    return startPayment(flow, shop, request);
  };

  return {
    ...{ calls, deliveries, receiving, open, openPayouts, provider, flow, start, deliver, control, attempt },
    async opened(): Promise<Order> {
      const result = await attempt();
      return result.ok ? result.order : expect.fail(JSON.stringify(result.refusal));
    },
    move: (order: Order, state: object) =>
      control("POST", `/${bench.payments}/${order.payments.at(-1)?.paymentId ?? expect.fail()}/status`, state),
    isPaid: (order: Order) => eventually(async () => (await stored(flow, order.id)).status === "paid" || undefined),
    async close() {
      await emulator.close();
      await receiver.close();
      await Promise.allSettled(underWay);
    },
  };
}
