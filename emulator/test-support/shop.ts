import { createHash, createHmac, randomUUID, timingSafeEqual } from "node:crypto";
import { createServer, type IncomingMessage, type ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";
import { createOk, type Merchant } from "./merchant";
import type { ShopHole } from "./shop-holes";

interface ShopOrder {
  readonly id: string;
  readonly intentId: string;
  paid: boolean;
  settlements: number;
}

export interface ShopOptions {
  readonly holes?: Iterable<ShopHole>;
  /** How it lets others see what a webhook did: by a word of ours, by a word of its own, by a count, or not at all. */
  readonly shows?: "result" | "other_word" | "settlements" | "nothing";
  /** Refuses the creation of this order, counted from 1, and asks to try again in a second. */
  readonly limitedAt?: number;
}

interface Answer {
  readonly status: number;
  readonly body: object;
  readonly headers?: Readonly<Record<string, string>>;
}

export interface Shop {
  readonly url: string;
  close(): Promise<void>;
}

/**
 * A small shop that makes orders at AllScale and receives its webhooks. Without holes it does everything right; with
 * all of them it is as naive as the receivers of §14.
 */
export async function openShop(merchant: Merchant, options: ShopOptions = {}): Promise<Shop> {
  const { shows = "result", limitedAt } = options;
  const holes: ReadonlySet<ShopHole> = new Set(options.holes);
  const orders = new Map<string, ShopOrder>();
  const nonces = new Set<string>();
  const settledDeliveries = new Set<string>();
  let asked = 0;

  async function create(): Promise<Answer> {
    asked += 1;
    if (asked === limitedAt) return { status: 429, body: {}, headers: { "Retry-After": "1" } };
    const id = randomUUID();
    const intent = await createOk(merchant, { currency: 1, amount_cents: 500, order_id: id });
    orders.set(id, { id, intentId: intent.allscale_checkout_intent_id, paid: false, settlements: 0 });
    return { status: 201, body: { orderId: id } };
  }

  async function receive(request: IncomingMessage, body: Buffer): Promise<Answer> {
    if (body.length > 65_536 && !holes.has("too-large")) return { status: 413, body: {} };
    const refused = checkSignature(request, body);
    if (refused !== null) return refused;
    const event = JSON.parse(body.toString("utf8"));
    const webhookId = request.headers["x-webhook-id"];
    if (event.webhook_id !== webhookId && !holes.has("id-mismatch")) return { status: 401, body: {} };
    const order = [...orders.values()].find(({ intentId }) => intentId === event.all_scale_checkout_intent_id);
    if (order === undefined) return holes.has("unknown-order") ? { status: 200, body: {} } : { status: 503, body: {} };
    const nonce = String(request.headers["x-webhook-nonce"]);
    const isSeen = settledDeliveries.has(`${webhookId}:${nonce}`);
    if (isSeen && !holes.has("delivered-twice")) return { status: 200, body: { result: "duplicate" } };
    if (!isSeen && nonces.has(nonce) && !holes.has("twenty-at-once")) return { status: 401, body: {} };
    nonces.add(nonce);
    if (!moneyIsRight(event)) return { status: 200, body: { result: "needs_review" } };
    await storeLatency();
    if (order.paid && !isSeen && !holes.has("twenty-at-once")) return { status: 200, body: { result: "duplicate" } };
    order.paid = !holes.has("valid");
    if (order.paid) order.settlements += 1;
    settledDeliveries.add(`${webhookId}:${nonce}`);
    return { status: 200, body: { result: order.paid ? "paid" : "ignored" } };
  }

  function moneyIsRight(event: Readonly<Record<string, unknown>>): boolean {
    const amount = event.amount_cents === 500 || holes.has("amount-short");
    return amount && (event.currency === 1 || holes.has("other-currency"));
  }

  function checkSignature(request: IncomingMessage, body: Buffer): Answer | null {
    const { headers } = request;
    const refused = { status: 401, body: {} };
    const signature = headers["x-webhook-signature"];
    if (signature === undefined) return holes.has("unsigned") ? null : refused;
    const aheadSeconds = Number(headers["x-webhook-timestamp"]) - Date.now() / 1000;
    if (aheadSeconds > 300 && !holes.has("too-new-by-301-s")) return refused;
    if (aheadSeconds < -300 && !holes.has("too-old-by-301-s")) return refused;
    const given = Buffer.from(String(signature));
    const expected = (signed: { query: string; body: Buffer | string; secret: string }): Buffer =>
      expectedSignature(request, signed);
    const [, query = ""] = (request.url ?? "").split("?", 2);
    const accepted = [{ query, body, secret: merchant.apiSecret }];
    if (holes.has("query-added")) accepted.push({ query: "", body, secret: merchant.apiSecret });
    if (holes.has("wrong-secret")) accepted.push({ query, body, secret: `${merchant.apiSecret}x` });
    // The mistake of §14: a comparison that throws when the lengths differ.
    const compare = (one: Buffer): boolean =>
      holes.has("short-signature")
        ? timingSafeEqual(one, given)
        : one.length === given.length && timingSafeEqual(one, given);
    if (accepted.some((each) => compare(expected(each)))) return null;
    return holes.has("one-byte-changed") && given.length === 47 && isNearMiss(request) ? null : refused;
  }

  /** Stands for a check that ignores the body: it believes any signature of the right length from our own key. */
  function isNearMiss(request: IncomingMessage): boolean {
    const isOurs = request.headers["x-api-key"] === merchant.apiKey;
    return isOurs && !(request.url ?? "").includes("?");
  }

  async function answer(request: IncomingMessage, body: Buffer): Promise<Answer> {
    const path = (request.url ?? "").split("?")[0] ?? "";
    if (path === "/api/checkout") return create();
    if (path === "/api/webhooks") {
      const received = await receive(request, body);
      if (shows === "result" || received.status !== 200) return received;
      return { status: 200, body: shows === "other_word" ? { result: "success" } : { ok: true } };
    }
    const order = orders.get(path.replace("/api/orders/", ""));
    if (order === undefined) return { status: 404, body: {} };
    const { paid, settlements } = order;
    return { status: 200, body: shows === "settlements" ? { paid, settlements } : { paid } };
  }

  return listen(answer);
}

/** A store takes its time between the look at an order and the change; that is when copies overtake each other. */
function storeLatency(): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, 30));
}

function expectedSignature(
  { url = "", headers }: IncomingMessage,
  { query, body, secret }: { query: string; body: Buffer | string; secret: string },
): Buffer {
  const lines = [
    "allscale:webhook:v1",
    "POST",
    url.split("?")[0],
    query,
    headers["x-webhook-id"],
    headers["x-webhook-timestamp"],
    headers["x-webhook-nonce"],
    createHash("sha256").update(body).digest("hex"),
  ];
  return Buffer.from(`v1=${createHmac("sha256", secret).update(lines.join("\n")).digest("base64")}`);
}

async function listen(answer: (request: IncomingMessage, body: Buffer) => Promise<Answer>): Promise<Shop> {
  const respond = async (request: IncomingMessage, response: ServerResponse): Promise<void> => {
    const chunks: Buffer[] = [];
    for await (const chunk of request) chunks.push(chunk);
    try {
      const { status, body, headers } = await answer(request, Buffer.concat(chunks));
      response.writeHead(status, { "Content-Type": "application/json", ...headers }).end(JSON.stringify(body));
    } catch {
      response.writeHead(500).end();
    }
  };
  const server = createServer((request, response) => void respond(request, response));
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    close: () =>
      new Promise((resolve) => {
        server.close(() => resolve());
        server.closeAllConnections();
      }),
  };
}
