import type { Enforces } from "../check-names";
import { Account, type Credentials, type DeliveryListener } from "./account";
import { BoundedLog } from "./bounded-log";
import type { Intent } from "./intent";
import { NonceStore } from "./nonce-store";
import type { RequestEntry } from "./request-entry";

/** Everything one running emulator knows. */
export class EmulatorState {
  readonly accounts = new Map<string, Account>();
  readonly defaultAccount: Account;
  /** Nonces of every account, for the setting `nonceScope: everyone`. */
  readonly sharedNonces = new NonceStore();
  /** Requests that named no account we know. */
  readonly unattributed = new BoundedLog<RequestEntry>(1_000);
  readonly enforces: Enforces;
  readonly deliveryListener: DeliveryListener = { notify: null };
  /** Base of the hosted page; set once the port is known. */
  publicUrl = "";
  readonly #intentByToken = new Map<string, Intent>();

  constructor(credentials: Credentials, enforces: Enforces) {
    this.enforces = enforces;
    this.defaultAccount = this.addAccount(credentials);
  }

  addAccount(credentials: Credentials): Account {
    const account = new Account(credentials, this);
    this.accounts.set(credentials.apiKey, account);
    return account;
  }

  addIntent(account: Account, intent: Intent): void {
    account.intents.set(intent.id, intent);
    this.#intentByToken.set(intent.token, intent);
  }

  intentByToken(token: string): { account: Account; intent: Intent } | undefined {
    const intent = this.#intentByToken.get(token);
    const account = intent === undefined ? undefined : this.accounts.get(intent.apiKey);
    if (intent === undefined || account === undefined) return undefined;
    account.age(intent);
    return { account, intent };
  }

  /** Whether any account but this one has the intent. */
  belongsToAnother(account: Account, intentId: string): boolean {
    for (const other of this.accounts.values()) {
      if (other !== account && other.intents.has(intentId)) return true;
    }
    return false;
  }

  reset(account: Account): void {
    for (const intent of account.intents.values()) this.#intentByToken.delete(intent.token);
    account.reset();
  }

  close(): void {
    for (const account of this.accounts.values()) {
      account.stopSending();
      account.clock.reset();
    }
  }
}
