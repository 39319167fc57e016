import { randomUUID } from "node:crypto";
import type { Account, Credentials, EntryFacts, RequestEntry } from "./account";
import { credentialsProblem } from "./account-routes";
import { BoundedLog } from "./bounded-log";
import { controlRoutes } from "./control";
import type { Route } from "./control-route";
import type { Delivery } from "./deliveries";
import type { RawRequest } from "./http";
import type { Provider } from "./provider";

export interface Listeners {
  readonly onRequest: (entry: RequestEntry) => void;
  readonly onDelivery: (delivery: Delivery) => void;
}

const loggedBodyLength = 4_096;

interface Logged<A> {
  readonly account: A | null;
  readonly facts: EntryFacts;
  readonly request: Partial<RawRequest>;
  readonly tags?: Readonly<Record<string, unknown>>;
  readonly durationMs?: number;
}

/** Everything that one running emulator knows. */
export class Host<A extends Account> {
  readonly provider: Provider<A>;
  readonly routes: readonly Route<A>[];
  readonly accounts = new Map<string, A>();
  readonly firstAccount: A;
  /** Requests that named no known API key. */
  readonly unattributed = new BoundedLog<RequestEntry>(1_000);
  /** Base of the URLs that are handed out; set once the port is known. */
  publicUrl = "";
  readonly #listeners: Listeners;

  constructor(provider: Provider<A>, credentials: Credentials, listeners: Listeners) {
    this.provider = provider;
    this.#listeners = listeners;
    this.routes = controlRoutes({ provider });
    this.firstAccount = this.addAccount(credentials);
  }

  addAccount(credentials: Credentials): A {
    const problem = credentialsProblem(credentials);
    if (problem !== null) throw new Error(problem);
    const account = this.provider.newAccount(credentials);
    account.onDelivery = (delivery) => tell(this.#listeners.onDelivery, delivery);
    account.onFailure = (error) => this.logFailure("scheduled", error, { account });
    this.accounts.set(credentials.apiKey, account);
    return account;
  }

  log({ account, facts, request, tags = {}, durationMs = 0 }: Logged<A>): void {
    const { method = "", path = "", query = "", body } = request;
    const text = body?.toString("utf8").slice(0, loggedBodyLength) ?? "";
    const sent = { method, path, query, durationMs, body: text };
    const defaults = { expectedCanonical: null, fault: null, note: null };
    const entry = { id: facts.requestId, at: new Date().toISOString(), ...defaults, ...facts, ...tags, ...sent };
    (account?.requests ?? this.unattributed).add(entry, text.length + 2 * (path.length + query.length));
    tell(this.#listeners.onRequest, entry);
  }

  /** Logs what the emulator itself got wrong. */
  logFailure(op: string, error: unknown, { account = null, request = {} }: Partial<Logged<A>> = {}): void {
    const message = `The emulator failed: ${error instanceof Error ? error.message : String(error)}`;
    const facts = { op, requestId: newRequestId(), httpStatus: 500, code: null, reason: null, message };
    this.log({ account, facts, request });
  }

  close(): void {
    for (const account of this.accounts.values()) {
      account.stopSending();
      account.clock.reset();
    }
  }
}

export function newRequestId(): string {
  return `req_${randomUUID().replaceAll("-", "")}`;
}

/** A listener is the user's code: what it throws is reported and changes nothing here. */
function tell<T>(listener: (value: T) => void, value: T): void {
  try {
    listener(value);
  } catch (error) {
    console.error("A listener of the emulator failed:", error);
  }
}
