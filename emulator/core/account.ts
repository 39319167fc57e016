import { BoundedLog } from "./bounded-log";
import { EmulatedClock } from "./clock";
import type { Delivery } from "./deliveries";
import { FaultList } from "./faults";
import {
  choice,
  defaultsOf,
  flag,
  integer,
  list,
  nullable,
  type SettingTable,
  setting,
  type ValuesOf,
  webUrl,
} from "./fields";

const dayMs = 86_400_000;
const anyMs = { min: 0, max: 30 * dayMs };
const anySkewMs = { min: -3_650 * dayMs, max: 3_650 * dayMs };
const retryGapsMs = [1_000, 2_000, 5_000, 15_000, 60_000, 300_000, 1_800_000, 7_200_000];
const gap = integer("Gaps before each redelivery of a webhook that was not answered 2xx. Empty: sent once.", anyMs);
const redeliveries = ["fresh", "same_bytes", "new_id"] as const;

/** The settings that every provider has. */
export const coreSettings = {
  webhookUrl: setting(null, nullable(webUrl("Where webhooks are sent."))),
  webhooks: setting(true, flag("Whether webhooks are sent. Off stands for a provider whose deliveries are all lost.")),
  retryGapsMs: setting(retryGapsMs, list(gap, { maxLength: 50, example: "[1000,5000]" })),
  redelivery: setting(
    "fresh",
    choice("What is new in a redelivery: nonce and time, nothing, or its id too.", redeliveries),
  ),
  webhookTimeoutMs: setting(10_000, integer("How long a receiver may take to answer.", { min: 1, max: 600_000 })),
  clockSkewMs: setting(0, integer("How far the provider's own clock is off, for signatures and Date.", anySkewMs)),
  scenarios: setting(true, flag("Whether magic amounts and descriptions start a scenario.")),
  scenarioStepMs: setting(1_000, integer("How long one step of a scenario takes.", anyMs)),
} as const satisfies SettingTable;

export type CoreSettings = ValuesOf<typeof coreSettings>;
export type Credentials = Readonly<{ apiKey: string; apiSecret: string }>;

/** What became of a request, as far as its handler knows. */
export interface EntryFacts {
  readonly op: string;
  readonly requestId: string;
  /** Null when the connection was closed or left open instead of answered. */
  readonly httpStatus: number | null;
  readonly code: number | null;
  /** The reason a refusal gives, and the sentence behind it even where the answer has none. */
  readonly reason: string | null;
  readonly message: string | null;
  /** What a matching signature would have covered, when the signature did not match. */
  readonly expectedCanonical?: string | null;
  /** The kind of the fault that struck. */
  readonly fault?: string | null;
  /** What was odd about a request that was accepted all the same. */
  readonly note?: string | null;
}

type EntryTexts = Readonly<Record<"id" | "at" | "method" | "path" | "query" | "body", string>>;
/** One request to the API, as the requests log shows it, with the tags of the provider. */
export type RequestEntry = EntryFacts & EntryTexts & { readonly durationMs: number; readonly [tag: string]: unknown };

/** Everything that belongs to one API key. Accounts share nothing, so tests can run side by side. */
export class Account {
  readonly apiKey: string;
  readonly clock = new EmulatedClock((error) => this.onFailure(error));
  readonly requests = new BoundedLog<RequestEntry>(5_000);
  readonly deliveries = new BoundedLog<Delivery>(5_000);
  readonly faults = new FaultList();
  /** Deliveries that the fault `reorder` keeps until another one was sent. */
  readonly heldBack: (() => Promise<void>)[] = [];
  /** Scenarios waiting for the next payments, in order. */
  readonly nextScenarios: string[] = [];
  apiSecret: string;
  settings: CoreSettings;
  /** What a reset goes back to. */
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

  /** The provider's own clock, which signs and checks signatures. */
  signingTimeMs(): number {
    return Date.now() + this.settings.clockSkewMs;
  }

  /** Back to the registered settings and real time, without payments, logs, faults or schedules. */
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
