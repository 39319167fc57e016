import { randomUUID } from "node:crypto";

type EmulatedIntent = {
  readonly id: string;
  readonly status: number;
  readonly order: { readonly orderId: string; readonly amountCents: number };
};

/** An account of the emulator, steered from outside, as clients in other languages do it. */
export type EmulatorAccount = {
  readonly baseUrl: string;
  readonly apiKey: string;
  readonly apiSecret: string;
  control<T>(method: "GET" | "POST" | "DELETE", path: string, body?: object): Promise<T>;
  intents(): Promise<EmulatedIntent[]>;
  /** The intent that was opened for an order of ours. */
  intentOf(orderId: string): Promise<EmulatedIntent>;
  setStatus(intentId: string, status: number, facts?: object): Promise<void>;
  /** How often the API was called for an operation (create, status, detail ...). */
  requests(operation: string): Promise<number>;
};

/** Registers a new account. The secret is drawn here, so that a test can look for it wherever it must not be. */
export async function registerAccount(settings: object = {}): Promise<EmulatorAccount> {
  const baseUrl = process.env.EMULATOR_URL;
  if (!baseUrl) throw new Error("EMULATOR_URL is not set: the global setup did not run");
  const apiKey = `st_key_${randomUUID()}`;
  const apiSecret = `st_canary_${randomUUID()}`;

  async function control<T>(method: "GET" | "POST" | "DELETE", path: string, body?: object): Promise<T> {
    const response = await fetch(`${baseUrl}/_emulator${path}`, {
      method,
      headers: { "X-API-Key": apiKey, "Content-Type": "application/json" },
      ...(body && { body: JSON.stringify(body) }),
    });
    if (!response.ok) throw new Error(`${method} ${path}: ${response.status} ${await response.text()}`);
    return (await response.json()) as T;
  }

  const account: EmulatorAccount = {
    baseUrl,
    apiKey,
    apiSecret,
    control,
    intents: async () => (await control<{ intents: EmulatedIntent[] }>("GET", "/intents?limit=1000")).intents,
    async intentOf(orderId) {
      const { intents } = await control<{ intents: EmulatedIntent[] }>("GET", `/intents?order_id=${orderId}`);
      const [intent] = intents;
      if (intent === undefined) throw new Error(`The emulator has no intent for order ${orderId}`);
      return intent;
    },
    async setStatus(intentId, status, facts = {}) {
      await control("POST", `/intents/${intentId}/status`, { status, ...facts });
    },
    requests: async (operation) => (await control<{ total: number }>("GET", `/requests?op=${operation}`)).total,
  };
  await fetch(`${baseUrl}/_emulator/accounts`, {
    method: "POST",
    headers: { "Content-Type": "application/json" },
    body: JSON.stringify({ apiKey, apiSecret, ...settings }),
  });
  return account;
}

/** The settings with which an app uses an account. */
export function settingsFor(account: EmulatorAccount) {
  return {
    ALLSCALE_API_KEY: account.apiKey,
    ALLSCALE_API_SECRET: account.apiSecret,
    ALLSCALE_BASE_URL: account.baseUrl,
    // Tests play the proxy in front of the app, so that each can come from an address of its own.
    TRUSTED_PROXY_HOPS: "1",
    RATE_LIMIT_STATUS: "1000/60s",
  };
}
