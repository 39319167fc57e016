import { createHash, createHmac, randomUUID, timingSafeEqual } from "node:crypto";
import type { IncomingMessage } from "node:http";
import { buffer } from "node:stream/consumers";
import { type Listening, listen } from "./listen";
import { call, createOk, type Merchant, payloadOf } from "./merchant";

type ShopOrder = { readonly intentId: string; paid: boolean; settlements: number };

export interface ShopOptions {
  /** The checks it forgets, by the line of the matrix that finds each. */
  readonly holes?: Iterable<string>;
  /** How it shows what a webhook did: by a word of ours, by a word of its own, by a count, or not at all. */
  readonly shows?: "result" | "other_word" | "settlements" | "nothing";
  /** Refuses the creation of this order, counted from 1, and asks to be tried again in a second. */
  readonly limitedAt?: number;
  readonly refusesWith?: number;
  /** Believes no webhook: it asks the API about the intent, and settles what is confirmed there. */
  readonly asksApi?: boolean;
  readonly failsOn?: (request: IncomingMessage, body: Buffer) => "500" | "drop" | "hang" | null;
}

type Answer = Readonly<{ status: number; body: object; headers?: Readonly<Record<string, string>> }>;
type Event = Readonly<Record<string, unknown>>;

/** A small shop with AllScale checkouts. Without holes it does everything right; with all it is as naive as can be. */
export async function openShop(merchant: Merchant, options: ShopOptions = {}): Promise<Listening> {
  const { shows = "result", limitedAt, refusesWith, asksApi = false, failsOn = () => null } = options;
  const holes: ReadonlySet<string> = new Set(options.holes);
  const orders = new Map<string, ShopOrder>();
  const nonces = new Set<string>();
  const refusal = (status: number): Answer => ({ status: refusesWith ?? status, body: {} });
  let asked = 0;

  async function create(): Promise<Answer> {
    asked += 1;
    if (asked === limitedAt) return { status: 429, body: {}, headers: { "Retry-After": "1" } };
    const orderId = randomUUID();
    const intent = await createOk(merchant, { currency: 1, amount_cents: 500, order_id: orderId });
    orders.set(orderId, { intentId: intent.allscale_checkout_intent_id, paid: false, settlements: 0 });
    return { status: 201, body: { orderId } };
  }

  async function receive(request: IncomingMessage, body: Buffer): Promise<Answer> {
    if (body.length > 65_536 && !holes.has("too-large")) return refusal(413);
    if (!asksApi && !isBelieved(request, body)) return refusal(401);
    const event: Event = JSON.parse(body.toString("utf8"));
    const webhookId = request.headers["x-webhook-id"];
    if (!asksApi && event.webhook_id !== webhookId && !holes.has("id-mismatch")) return refusal(401);
    const order = [...orders.values()].find(({ intentId }) => intentId === event.all_scale_checkout_intent_id);
    if (order === undefined) return holes.has("unknown-order") ? { status: 200, body: {} } : refusal(503);
    const detail = asksApi ? payloadOf(await call(merchant, `/v1/checkout_intents/${order.intentId}`)) : null;
    if (detail !== null && detail.status !== 20) return { status: 200, body: { result: "ignored" } };
    const { amount_cents, currency } = detail ?? event;
    const isAmount = amount_cents === 500 || holes.has("amount-short");
    const isMoney = isAmount && (currency === 1 || holes.has("other-currency"));
    if (!isMoney) return { status: 200, body: { result: "needs_review" } };
    const nonce = String(request.headers["x-webhook-nonce"]);
    const isReplay = nonces.has(nonce) && !holes.has("twenty-at-once");
    nonces.add(nonce);
    if (isReplay) return { status: 200, body: { result: "duplicate" } };
    if (order.paid && !holes.has("delivered-twice")) return { status: 200, body: { result: "duplicate" } };
    // A store takes its time between the look at an order and the change; that is when copies overtake each other.
    await new Promise((resolve) => setTimeout(resolve, 30));
    order.paid = !holes.has("valid");
    if (order.paid) order.settlements += 1;
    return { status: 200, body: { result: order.paid ? "paid" : "ignored" } };
  }

  function isBelieved({ headers, url = "" }: IncomingMessage, body: Buffer): boolean {
    const signature = headers["x-webhook-signature"];
    if (signature === undefined) return holes.has("unsigned");
    const aheadSeconds = Number(headers["x-webhook-timestamp"]) - Date.now() / 1000;
    if (aheadSeconds > 300 && !holes.has("too-new-by-301-s")) return false;
    if (aheadSeconds < -300 && !holes.has("too-old-by-301-s")) return false;
    const [path, query = ""] = url.split("?", 2);
    const given = Buffer.from(String(signature));
    const matches = (signedQuery: string, secret: string): boolean => {
      const ids = [headers["x-webhook-id"], headers["x-webhook-timestamp"], headers["x-webhook-nonce"]];
      const hash = createHash("sha256").update(body).digest("hex");
      const lines = ["allscale:webhook:v1", "POST", path, signedQuery, ...ids, hash].join("\n");
      const expected = Buffer.from(`v1=${createHmac("sha256", secret).update(lines).digest("base64")}`);
      // Without the comparison of lengths this throws, a mistake listed in §14.
      return (holes.has("short-signature") || expected.length === given.length) && timingSafeEqual(expected, given);
    };
    if (matches(query, merchant.apiSecret)) return true;
    if (holes.has("query-added") && matches("", merchant.apiSecret)) return true;
    if (holes.has("wrong-secret") && matches(query, `${merchant.apiSecret}x`)) return true;
    // Stands for a check that ignores the body: it believes any signature of the right length.
    return holes.has("one-byte-changed") && given.length === 47 && query === "";
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

  return listen(async (request, response) => {
    const sent = await buffer(request);
    try {
      const failure = request.url?.startsWith("/api/webhooks") ? failsOn(request, sent) : null;
      if (failure === "drop") response.destroy();
      if (failure === "500") throw new Error("A mistake of the shop.");
      if (failure !== null) return;
      const { status, body, headers } = await answer(request, sent);
      response.writeHead(status, { "Content-Type": "application/json", ...headers }).end(JSON.stringify(body));
    } catch {
      response.writeHead(500).end();
    }
  });
}
