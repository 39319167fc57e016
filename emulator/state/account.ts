import type { Enforces } from "../check-names";
import { findStatus } from "../protocol/statuses";
import type { ScenarioName } from "../scenarios/scenario-names";
import type { Delivery } from "../webhooks/delivery";
import { BoundedLog } from "./bounded-log";
import { EmulatedClock } from "./emulated-clock";
import { FaultList } from "./fault";
import { hasExpired, type Intent } from "./intent";
import { NonceStore } from "./nonce-store";
import { RateLimiter } from "./rate-limiter";
import type { RequestEntry } from "./request-entry";
import { defaultSettings, type Settings } from "./settings";

const logCapacity = 5_000;

export interface Credentials {
  readonly apiKey: string;
  readonly apiSecret: string;
  /** Null: the store has no webhook URL, so nothing is sent. */
  readonly webhookUrl: string | null;
}

/** What an account is registered with, and goes back to on reset. */
export interface Registration {
  readonly settings: Settings;
  readonly webhookUrl: string | null;
}

/** Who is told of finished deliveries; the same one for all accounts. */
export interface DeliveryListener {
  notify: ((delivery: Delivery) => void) | null;
}

/** What an account gets from the emulator it is part of. */
export interface Surroundings {
  readonly enforces: Enforces;
  readonly deliveryListener: DeliveryListener;
}

/** One store: an API key with everything that belongs to it. Accounts share nothing, so tests can run side by side. */
export class Account {
  readonly apiKey: string;
  readonly clock = new EmulatedClock();
  readonly intents = new Map<string, Intent>();
  readonly nonces = new NonceStore();
  readonly requests = new BoundedLog<RequestEntry>(logCapacity);
  readonly deliveries = new BoundedLog<Delivery>(logCapacity);
  readonly faults = new FaultList();
  readonly rateLimiter = new RateLimiter();
  readonly enforces: Enforces;
  readonly deliveryListener: DeliveryListener;
  /** Deliveries that the fault `reorder` keeps until another one has gone out. */
  readonly heldBack: (() => void)[] = [];
  /** Scenarios waiting for the next intents, in order. */
  readonly nextScenarios: ScenarioName[] = [];
  apiSecret: string;
  webhookUrl: string | null;
  settings: Settings = defaultSettings();
  registration: Registration;
  /** Aborted on reset, so that a webhook of the time before does not arrive in the time after. */
  sending = new AbortController();

  constructor(credentials: Credentials, { enforces, deliveryListener }: Surroundings) {
    this.enforces = enforces;
    this.deliveryListener = deliveryListener;
    this.apiKey = credentials.apiKey;
    this.apiSecret = credentials.apiSecret;
    this.webhookUrl = credentials.webhookUrl;
    this.registration = { settings: this.settings, webhookUrl: this.webhookUrl };
  }

  register(registration: Registration): void {
    this.registration = registration;
    this.settings = registration.settings;
    this.webhookUrl = registration.webhookUrl;
  }

  /** The provider's own clock in milliseconds, which signs and checks signatures. */
  signingTimeMs(): number {
    return Date.now() + this.settings.clockSkewMs;
  }

  /** The intent, aged to the present: lifetimes are looked at when somebody looks, so they cost no timers. */
  intent(id: string): Intent | undefined {
    const intent = this.intents.get(id);
    if (intent !== undefined) this.age(intent);
    return intent;
  }

  age(intent: Intent): void {
    const nowMs = this.clock.now();
    if (!hasExpired(intent, nowMs) || !this.enforces("intent_lifetime")) return;
    intent.status = findStatus(this.settings.timeoutStatus)?.value ?? -5;
    intent.history.push({ status: intent.status, atMs: intent.expiresAtMs ?? nowMs, by: "lifetime" });
  }

  /** Back to how it was registered: no intents, nonces, logs or schedules, real time, the settings and URL it came with. */
  reset(): void {
    this.stopSending();
    this.register(this.registration);
    this.clock.reset();
    this.intents.clear();
    this.nonces.clear();
    this.requests.clear();
    this.deliveries.clear();
    this.faults.clear();
    this.heldBack.length = 0;
    this.nextScenarios.length = 0;
    this.rateLimiter.clear();
  }

  stopSending(): void {
    this.sending.abort();
    this.sending = new AbortController();
  }
}
