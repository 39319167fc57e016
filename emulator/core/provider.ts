import type { Account, Credentials, EntryFacts } from "./account";
import type { Route } from "./control-route";
import type { Delivery, SentRequest } from "./deliveries";
import type { AddedFault } from "./faults";
import type { FieldTable, SettingTable } from "./fields";
import type { Host } from "./host";
import type { RawRequest, Reply } from "./http";
import type { Section } from "./page";

/** What a scenario is about, and the words that start it. */
export type Scenario = Readonly<{ about: string; startedBy: string }>;

export interface Answered<A> {
  readonly reply: Reply;
  /** Absent for pages, which are not logged. */
  readonly entry?: EntryFacts;
  readonly tags?: Readonly<Record<string, string | null>>;
  /** Whose log the entry belongs to; null when the request named no known key. */
  readonly account?: A | null;
}

/** Everything that makes the core play one payment provider. */
export interface Provider<A extends Account> {
  readonly title: string;
  readonly defaults: Credentials;
  readonly settings: SettingTable;
  /** Operations of the API, and the groups of them that a fault can name. */
  readonly operations: readonly string[];
  readonly groups: Readonly<Record<string, readonly string[]>>;
  readonly apiFaults: Readonly<Record<string, AddedFault>>;
  readonly webhookFaults: Readonly<Record<string, AddedFault>>;
  readonly faultFields: FieldTable;
  readonly scenarios: Readonly<Record<string, Scenario>>;
  /** Query names that filter logs, with the tag of the entries they compare. */
  readonly tags: Readonly<Record<string, string>>;
  readonly routes: readonly Route<A>[];
  newAccount(credentials: Credentials): A;
  /** Answers everything outside the control API. */
  handle(host: Host<A>, request: RawRequest): Answered<A> | Promise<Answered<A>>;
  /** Answers a request that could not be read as HTTP or is too long, in the form of the API. */
  refuse(status: number, message: string, requestId: string): Reply;
  /** The body of a logged delivery, signed again now. */
  signAgain(account: A, delivery: Delivery, url: string): SentRequest;
  /** What an account holds, in numbers. */
  counts(account: A): Readonly<Record<string, number>>;
  /** What the overview shows of an account. */
  sections(account: A): readonly Section[];
}
