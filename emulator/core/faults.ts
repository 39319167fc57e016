import { randomUUID } from "node:crypto";
import type { Reply } from "./http";
import type { Fields } from "./json";

/** Faults that need no knowledge of the API, with what they do to an answer. */
export const apiFaults = {
  error: "Answers an error with `http` and `code` instead of doing anything.",
  delay: "Answers correctly, after `delay`.",
  drop: "Closes the connection without doing anything.",
  hang: "Does nothing and never answers.",
  drop_after_accept: "Does what was asked, then closes the connection.",
  timeout_after_accept: "Does what was asked, then never answers.",
  create_timeout_after_accept: "The same, by its older name.",
  bad_json: "Answers JSON that breaks off.",
  empty_body: "Answers nothing, with status 200.",
  html: "Answers the HTML page of a proxy, with status 502.",
} as const;

/** Faults of every delivery, with what they do to it. */
export const deliveryFaults = {
  error: "Delivers, but counts the answer as `http`, so the delivery is sent again.",
  delay: "Delivers after `delay`.",
  drop: "Loses the delivery.",
  duplicate: "Delivers the same bytes twice.",
  reorder: "Holds the delivery back until another one has been sent.",
} as const;

/** A fault that the provider adds, and the operations whose answer it changes; all when absent. */
export type AddedFault = Readonly<{ about: string; ops?: string[] }>;

export interface FaultSettings {
  readonly op: string;
  readonly kind: string;
  readonly http: number | null;
  readonly code: number | null;
  readonly details: Fields | null;
  readonly delayMs: number;
  /** How often it strikes; null for until it is removed. */
  readonly times: number | null;
  /** Fields that belong to faults of the provider. */
  readonly given: Fields;
}

export type Fault = FaultSettings & { readonly id: string; struck: number };

/** The faults of one account, tried in the order they were set. */
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

  /** The fault that strikes now, counted. `names` are the operation and the groups it belongs to. */
  strike(names: readonly string[]): Fault | null {
    for (const fault of this.#faults.values()) {
      const isSpent = fault.times !== null && fault.struck >= fault.times;
      if (!names.includes(fault.op) || isSpent) continue;
      fault.struck += 1;
      return fault;
    }
    return null;
  }
}

/** Applies the part of a fault that only concerns transport. */
export function spoilReply(reply: Reply, fault: Fault | null): Reply {
  if (fault === null) return reply;
  const late = fault.delayMs > 0 ? { ...reply, delayMs: fault.delayMs } : reply;
  switch (fault.kind) {
    case "drop":
    case "drop_after_accept":
      return { ...late, ending: "drop" };
    case "hang":
    case "timeout_after_accept":
    case "create_timeout_after_accept":
      return { ...late, ending: "hang" };
    case "bad_json":
      return { ...late, body: reply.body.slice(0, Math.ceil(reply.body.length / 2)) };
    case "empty_body":
      return { ...late, body: "" };
    case "html":
      return {
        ...late,
        status: fault.http ?? 502,
        headers: { "Content-Type": "text/html" },
        body: "<html><head><title>502 Bad Gateway</title></head><body><h1>502 Bad Gateway</h1></body></html>",
      };
    default:
      return late;
  }
}
