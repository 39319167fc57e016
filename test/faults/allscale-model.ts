import { randomBytes } from "node:crypto";

/** A checkout intent as AllScale keeps it (protocol §5 to §7). */
export type Intent = {
  readonly id: string;
  readonly orderId: string;
  readonly cents: number;
  readonly currency: number;
  status: number;
  /** Whether the right money was ever confirmed: the truth against which our orders are held. */
  confirmed: boolean;
  readonly transactionId: string;
};

export type ApiAnswer = { readonly http: number; readonly body: unknown };

const CREATED = 1;
export const CONFIRMED = 20;

/**
 * A second AllScale, written from the protocol alone, that shares no code with the app or with the emulator. It only
 * keeps the facts and builds answers; what goes wrong on the way is its callers' matter.
 */
export class AllScaleModel {
  readonly intents = new Map<string, Intent>();
  readonly #checkoutBase: string;

  constructor(checkoutBase: string) {
    this.#checkoutBase = checkoutBase;
  }

  handle(request: { method: string; path: string; body: string }): ApiAnswer {
    const { method, path, body } = request;
    if (method === "GET" && path === "/v1/test/ping") return success({ pong: "ok" });
    if (method === "POST" && path === "/v1/checkout_intents/") return this.#create(body);
    const found = /^\/v1\/checkout_intents\/([^/]+)(\/status)?$/.exec(path);
    const intent = found && this.intents.get(found[1] ?? "");
    if (method !== "GET" || !intent) return failure(404, 50001, {});
    return success(found[2] ? intent.status : detailOf(intent));
  }

  confirm(intent: Intent): void {
    intent.status = CONFIRMED;
    intent.confirmed = true;
  }

  intentOf(orderId: string): Intent {
    const intent = [...this.intents.values()].findLast((each) => each.orderId === orderId);
    if (intent === undefined) throw new Error(`There is no intent for order ${orderId}.`);
    return intent;
  }

  #create(body: string): ApiAnswer {
    const asked = JSON.parse(body) as { amount_cents: number; currency: number; order_id: string };
    const id = randomBytes(12).toString("hex");
    const { amount_cents: cents, currency, order_id: orderId } = asked;
    const transactionId = `tx_${randomBytes(8).toString("hex")}`;
    this.intents.set(id, { id, orderId, cents, currency, status: CREATED, confirmed: false, transactionId });
    return success({
      allscale_checkout_intent_id: id,
      checkout_url: `${this.#checkoutBase}/pay/${id}`,
      amount_coins: coins(cents),
      stable_coin_type: 1,
      rate: "1.000000",
    });
  }
}

export function failure(http: number, code: number, details: object): ApiAnswer {
  return { http, body: { code, payload: null, error: { message: "refused", details }, request_id: "req_stand_in" } };
}

export function coins(cents: number): string {
  return `${Math.floor(cents / 100)}.${String(cents % 100).padStart(2, "0")}0000`;
}

function success(payload: unknown): ApiAnswer {
  return { http: 200, body: { code: 0, payload, error: null, request_id: "req_stand_in" } };
}

function detailOf(intent: Intent): object {
  return {
    all_scale_checkout_intent_id: intent.id,
    currency: intent.currency,
    currency_symbol: "USD",
    amount_cents: intent.cents,
    currency_rate: "1.000000",
    chain_id: 8453,
    amount_coins: coins(intent.cents),
    coin_symbol: "USDT",
    coin_contract: "0x0000000000000000000000000000000000000001",
    status: intent.status,
    tx_hash: `0x${"ab".repeat(32)}`,
    tx_from: `0x${"cd".repeat(20)}`,
    tx_to: null,
    payment_method_type: 1,
    actual_paid_amount: intent.status === CONFIRMED ? coins(intent.cents) : null,
    order_id: intent.orderId,
  };
}
