import type { Account, Credentials, EntryFacts } from "./account";
import type { Route } from "./control-route";
import type { Delivery, SentRequest } from "./deliveries";
import { type Fault, type FaultKind, spoilReply } from "./faults";
import type { FieldTable, SettingTable } from "./fields";
import { type Host, newRequestId } from "./host";
import type { RawRequest, Reply } from "./http";
import type { Section } from "./page";

type Scenario = Readonly<{ about: string; startedBy: string }>;

export interface Answered<A> {
  readonly reply: Reply;
  readonly entry?: EntryFacts;
  readonly tags?: Readonly<Record<string, string | null>>;
  readonly account?: A | null;
}

export interface Provider<A extends Account> {
  readonly title: string;
  readonly defaults: Credentials;
  readonly settings: SettingTable;
  readonly operations: readonly string[];
  /** Names for several operations at once. */
  readonly groups?: Readonly<Record<string, readonly string[]>>;
  readonly apiFaults?: Readonly<Record<string, FaultKind>>;
  readonly webhookFaults?: Readonly<Record<string, FaultKind>>;
  readonly faultFields?: FieldTable;
  readonly scenarios?: Readonly<Record<string, Scenario>>;
  readonly tags: Readonly<Record<string, string>>;
  readonly routes: readonly Route<A>[];
  newAccount(credentials: Credentials): A;
  handle(host: Host<A>, request: RawRequest): Answered<A> | Promise<Answered<A>>;
  /** Answers a request that could not be read as HTTP or is too long, in the form of the API. */
  refuse(status: number, message: string, requestId: string): Reply;
  signAgain(account: A, delivery: Delivery, url: string): SentRequest;
  sections(account: A): readonly Section[];
}

type Answer<A> = Readonly<{ op: string | undefined; account: A | null; reply: Reply; message: string | null }> &
  Required<Pick<Answered<A>, "tags">>;

/** An answer as a fault leaves it, with its entry in the log. */
export function answered<A>({ op = "unknown", reply: plain, message, ...about }: Answer<A>, fault: Fault | null) {
  const reply = spoilReply(plain, fault);
  const httpStatus = reply.ending === undefined ? reply.status : null;
  const entry = { op, requestId: newRequestId(), httpStatus, message, code: null, fault: fault?.kind ?? null };
  return { ...about, reply, entry };
}
