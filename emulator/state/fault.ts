import { randomUUID } from "node:crypto";

/** What a fault can be put on. `test` stands for the three test routes, `any` for every route of the API. */
export const faultOperations = [
  "create",
  "detail",
  "status",
  "ping",
  "fail",
  "post",
  "test",
  "any",
  "webhook",
] as const;
export type FaultOperation = (typeof faultOperations)[number];

/** Faults of the API, with what they do to an answer. */
export const apiFaultKinds = {
  error: "Answers an error with `http` and `code` instead of doing anything.",
  delay: "Answers rightly, after `delayMs`.",
  drop: "Closes the connection without doing anything.",
  hang: "Does nothing and never answers.",
  drop_after_accept: "Does what was asked, then closes the connection.",
  timeout_after_accept: "Does what was asked, then never answers.",
  bad_json: "Answers JSON that breaks off.",
  empty_body: "Answers nothing, with status 200.",
  html: "Answers the HTML page of a proxy, with status 502.",
  wrong_shape: "Answers a good envelope around a payload of the wrong types.",
  amount_x100: "Answers a hundred times the coin amount.",
  evil_url: "Answers a checkout URL on somebody else's host: `url`.",
  unknown_status: "Answers the status `status`, which nobody documents.",
  bad_response_signature: "Signs the answer wrongly.",
  missing_response_signature: "Leaves the answer unsigned.",
  stale_response_signature: "Signs the answer with a time that is an hour old.",
} as const;

/** Where a fault of the API changes something that only some operations answer. */
export const answeredOnlyBy: Readonly<Record<string, readonly FaultOperation[]>> = {
  amount_x100: ["create", "detail", "any"],
  evil_url: ["create", "any"],
  unknown_status: ["status", "detail", "any"],
};

/** Faults of the webhooks, with what they do to a delivery. */
export const webhookFaultKinds = {
  error: "Delivers, but takes the answer for `http`, so that it is sent again.",
  delay: "Delivers after `delayMs`.",
  drop: "Loses the delivery on its way.",
  duplicate: "Delivers the same bytes twice.",
  reorder: "Holds the delivery back until another one has gone out.",
  bad_json: "Delivers a body that breaks off, signed as it is.",
  wrong_shape: "Delivers a body of the wrong types, signed as it is.",
  amount_x100: "Delivers a hundred times the amounts.",
  bad_signature: "Delivers with a signature that does not match.",
  missing_signature: "Delivers without a signature.",
  stale_timestamp: "Delivers with a timestamp of an hour ago, signed.",
} as const;

export type ApiFaultKind = keyof typeof apiFaultKinds;
export type WebhookFaultKind = keyof typeof webhookFaultKinds;

export interface FaultSettings {
  readonly op: FaultOperation;
  readonly kind: ApiFaultKind | WebhookFaultKind;
  readonly http: number | null;
  readonly code: number | null;
  readonly details: Readonly<Record<string, unknown>> | null;
  readonly delayMs: number;
  readonly url: string | null;
  readonly status: number;
  /** How often it strikes; null for until it is removed. */
  readonly times: number | null;
  /** From 0 to 1. */
  readonly probability: number;
}

export interface Fault extends FaultSettings {
  readonly id: string;
  struck: number;
}

const testOperations: ReadonlySet<string> = new Set(["ping", "fail", "post"]);

/** The faults of one account, asked in the order they were set. */
export class FaultList {
  readonly #faults = new Map<string, Fault>();

  add(settings: FaultSettings): Fault {
    const fault = { ...settings, id: `flt_${randomUUID().replaceAll("-", "")}`, struck: 0 };
    this.#faults.set(fault.id, fault);
    return fault;
  }

  list(): Fault[] {
    return [...this.#faults.values()];
  }

  remove(id: string): boolean {
    return this.#faults.delete(id);
  }

  clear(): void {
    this.#faults.clear();
  }

  /** The fault that strikes this operation now, counted. */
  strike(op: string): Fault | null {
    for (const fault of this.#faults.values()) {
      if (!covers(fault.op, op) || isSpent(fault) || Math.random() >= fault.probability) continue;
      fault.struck += 1;
      return fault;
    }
    return null;
  }
}

function isSpent(fault: Fault): boolean {
  return fault.times !== null && fault.struck >= fault.times;
}

function covers(faultOp: FaultOperation, op: string): boolean {
  if (faultOp === op) return true;
  if (op === "webhook") return false;
  return faultOp === "any" || (faultOp === "test" && testOperations.has(op));
}
