import type { IntentOrder } from "../state/intent";
import type { KnownOrder } from "./known-order";

/** A wish that cannot be granted, with the sentence to print. */
export class TriggerError extends Error {}

interface IntentView {
  readonly id: string;
  readonly order: IntentOrder;
  readonly detail: { readonly amount_cents: number | null };
}

/** Talks to the control API of a running emulator. */
export class EmulatorClient {
  readonly #url: string;
  readonly #apiKey: string;

  constructor(url: string, apiKey: string) {
    this.#url = url.replace(/\/+$/, "");
    this.#apiKey = apiKey;
  }

  async call(method: "GET" | "POST", path: string, body?: object): Promise<Readonly<Record<string, unknown>>> {
    const answer = await fetch(`${this.#url}/_emulator${path}`, {
      method,
      headers: { "X-API-Key": this.#apiKey, "Content-Type": "application/json" },
      ...(body === undefined ? {} : { body: JSON.stringify(body) }),
    }).catch(() => {
      throw new TriggerError(`No emulator answers at ${this.#url}. Start one, or say where it is with --emulator.`);
    });
    const value: unknown = await answer.json().catch(() => null);
    if (!isRecord(value)) throw this.#noEmulator(answer);
    if (answer.ok) return value;
    throw typeof value.error === "string" ? new TriggerError(value.error) : this.#noEmulator(answer);
  }

  async #list(path: string, name: string): Promise<readonly unknown[]> {
    const { [name]: list } = await this.call("GET", path);
    if (!Array.isArray(list)) throw new TriggerError(this.#isNoEmulator(`it lists no ${name}`));
    return list;
  }

  #noEmulator({ status, headers }: Response): TriggerError {
    return new TriggerError(
      this.#isNoEmulator(`it answered ${status} with ${headers.get("content-type") ?? "no type"}`),
    );
  }

  #isNoEmulator(reason: string): string {
    return `What runs at ${this.#url} is no emulator: ${reason}. Say where one is with --emulator.`;
  }

  /** The webhook URL of the account, or null when it has none. */
  async webhookUrl(): Promise<string | null> {
    const accounts = (await this.#list("/accounts", "accounts")) as { apiKey: string; webhookUrl: string | null }[];
    const own = accounts.find(({ apiKey }) => apiKey === this.#apiKey);
    return own?.webhookUrl ?? null;
  }

  /** Finds an order by its own id or by that of its intent. */
  async find(id: string): Promise<KnownOrder> {
    const byOrder = await this.intents(`?order_id=${encodeURIComponent(id)}&limit=1`);
    if (byOrder[0] !== undefined) return byOrder[0];
    const byIntent = await this.call("GET", `/intents/${encodeURIComponent(id)}`).catch(() => {
      throw new TriggerError(`The emulator knows no order and no intent "${id}".`);
    });
    return toOrder(byIntent as unknown as IntentView);
  }

  /** The newest ones first, no more than a hundred unless the query says so. */
  async intents(query = ""): Promise<KnownOrder[]> {
    return ((await this.#list(`/intents${query}`, "intents")) as IntentView[]).map(toOrder);
  }
}

function isRecord(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === "object" && value !== null;
}

/** Cents as the emulator tells them: the account decides whether native orders show any (§10). */
function toOrder({ id, order, detail }: IntentView): KnownOrder {
  return {
    intentId: id,
    orderId: order.orderId,
    amountCents: detail.amount_cents,
    currency: order.currency?.value ?? null,
    currencySymbol: order.currency?.symbol ?? null,
    amountCoins: order.amountCoins,
    coinSymbol: order.coin.symbol,
    userId: order.userId,
    userName: order.userName,
    extra: order.extra,
  };
}
