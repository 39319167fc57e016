import { randomUUID } from "node:crypto";
import type { Account, Credentials, EntryFacts, RequestEntry } from "./account";
import { credentialsProblem } from "./account-routes";
import { BoundedLog } from "./bounded-log";
import { controlRoutes } from "./control";
import type { Route } from "./control-route";
import type { Delivery } from "./deliveries";
import type { RawRequest } from "./http";
import type { Provider } from "./provider";

type OnRequest = (entry: RequestEntry) => void;
export type Listeners = Readonly<{ onRequest: OnRequest; onDelivery: (delivery: Delivery) => void }>;

const loggedBodyLength = 4_096;

interface Logged<A> {
  readonly account: A | null;
  readonly facts: EntryFacts;
  readonly request: Partial<RawRequest>;
  readonly tags?: Readonly<Record<string, unknown>>;
  readonly durationMs?: number;
}

export class Host<A extends Account> {
  readonly routes: readonly Route<A>[];
  readonly accounts = new Map<string, A>();
  readonly firstAccount: A;
  readonly unattributed = new BoundedLog<RequestEntry>(1_000);
  publicUrl = "";

  constructor(
    readonly provider: Provider<A>,
    credentials: Credentials,
    readonly listeners: Listeners,
  ) {
    this.routes = controlRoutes(provider);
    this.firstAccount = this.addAccount(credentials);
  }

  addAccount(credentials: Credentials): A {
    const problem = credentialsProblem(credentials);
    if (problem !== null) throw new Error(problem);
    const account = this.provider.newAccount(credentials);
    account.onDelivery = (delivery) => tell(this.listeners.onDelivery, delivery);
    account.onFailure = (error) => this.logFailure("scheduled", error, { account });
    this.accounts.set(credentials.apiKey, account);
    return account;
  }

  log({ account, facts, request, tags = {}, durationMs = 0 }: Logged<A>): void {
    const { method = "", path = "", query = "", body } = request;
    const text = body?.toString("utf8").slice(0, loggedBodyLength) ?? "";
    const sent = { method, path, query, durationMs, body: text };
    const refusal = { code: null, reason: null, message: null, expectedCanonical: null };
    const defaults = { ...refusal, fault: null, note: null };
    const entry = { id: facts.requestId, at: new Date().toISOString(), ...defaults, ...facts, ...tags, ...sent };
    (account?.requests ?? this.unattributed).add(entry, text.length + 2 * (path.length + query.length));
    tell(this.listeners.onRequest, entry);
  }

  logFailure(op: string, error: unknown, { account = null, request = {} }: Partial<Logged<A>> = {}): void {
    const message = `The emulator failed: ${error instanceof Error ? error.message : String(error)}`;
    const facts = { op, requestId: newRequestId(), httpStatus: 500, message };
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
