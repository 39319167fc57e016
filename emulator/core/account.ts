import { BoundedLog } from "./bounded-log";
import { EmulatedClock } from "./clock";
import type { Delivery } from "./deliveries";
import { FaultList } from "./faults";
import type { SettingTable, ValuesOf } from "./fields";
import { choice, defaultsOf, flag, integer, list, nullable, setting, webUrl } from "./fields";

const dayMs = 86_400_000;
const anyMs = { min: 0, max: 30 * dayMs };
const anySkewMs = { min: -3_650 * dayMs, max: 3_650 * dayMs };
const retryGapsMs = [1_000, 2_000, 5_000, 15_000, 60_000, 300_000, 1_800_000, 7_200_000];
const gap = integer("Gaps before each redelivery of a webhook that was not answered 2xx. Empty: sent once.", anyMs);
const redeliveries = ["fresh", "same_bytes", "new_id"] as const;

export const coreSettings = {
  webhookUrl: setting(null, nullable(webUrl("Where webhooks are sent."))),
  webhooks: setting(true, flag("Whether webhooks are sent. Off stands for a provider whose deliveries are all lost.")),
  retryGapsMs: setting(retryGapsMs, list(gap, { maxLength: 50, example: "[1000,5000]" })),
  redelivery: setting("fresh", choice("What is new in a redelivery: nonce and time, nothing, or all.", redeliveries)),
  webhookTimeoutMs: setting(10_000, integer("How long a receiver may take to answer.", { min: 1, max: 600_000 })),
  clockSkewMs: setting(0, integer("How far the provider's own clock is off, for signatures and Date.", anySkewMs)),
  scenarios: setting(true, flag("Whether magic amounts and descriptions start a scenario.")),
  scenarioStepMs: setting(1_000, integer("How long one step of a scenario takes.", anyMs)),
} as const satisfies SettingTable;

export type CoreSettings = ValuesOf<typeof coreSettings>;
export type Credentials = Readonly<{ apiKey: string; apiSecret: string }>;

export interface EntryFacts {
  readonly op: string;
  readonly requestId: string;
  /** Null when the connection was closed or left open instead of answered. */
  readonly httpStatus: number | null;
  readonly code?: number | null;
  readonly reason?: string | null;
  /** The sentence behind a refusal, even where the answer has none. */
  readonly message?: string | null;
  readonly expectedCanonical?: string | null;
  readonly fault?: string | null;
  readonly note?: string | null;
}

type EntryTexts = Readonly<Record<"id" | "at" | "method" | "path" | "query" | "body", string>>;
export type RequestEntry = EntryFacts & EntryTexts & { readonly durationMs: number; readonly [tag: string]: unknown };

/** Everything that belongs to one API key. Accounts share nothing, so tests can run side by side. */
export class Account {
  readonly apiKey: string;
  readonly clock = new EmulatedClock((error) => this.onFailure(error));
  readonly requests = new BoundedLog<RequestEntry>(5_000);
  readonly deliveries = new BoundedLog<Delivery>(5_000);
  readonly faults = new FaultList();
  readonly heldBack: (() => Promise<void>)[] = [];
  readonly nextScenarios: string[] = [];
  apiSecret: string;
  settings: CoreSettings;
  registered: CoreSettings;
  /** Aborted on reset, so that a webhook from before it does not arrive after it. */
  sending = new AbortController();
  onDelivery: (delivery: Delivery) => void = () => undefined;
  onFailure: (error: unknown) => void = () => undefined;

  constructor({ apiKey, apiSecret }: Credentials, table: SettingTable) {
    this.apiKey = apiKey;
    this.apiSecret = apiSecret;
    // The table pairs each name with its type, which `defaultsOf` cannot express.
    this.settings = defaultsOf(table) as CoreSettings;
    this.registered = this.settings;
  }

  register(changes: object): void {
    this.registered = { ...this.registered, ...changes };
    this.settings = this.registered;
  }

  signingTimeMs(): number {
    return Date.now() + this.settings.clockSkewMs;
  }

  reset(): void {
    this.stopSending();
    this.settings = this.registered;
    for (const each of [this.requests, this.deliveries, this.faults]) each.clear();
    this.clock.reset();
    this.heldBack.length = 0;
    this.nextScenarios.length = 0;
  }

  stopSending(): void {
    this.sending.abort();
    this.sending = new AbortController();
  }
}
