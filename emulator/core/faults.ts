import { randomUUID } from "node:crypto";
import type { Reply } from "./http";
import type { Fields } from "./json";

/** What a fault does, and the operations whose answer it changes; all when absent. */
export type FaultKind = Readonly<{ about: string; ops?: string[] }>;

export const apiFaults: Readonly<Record<string, FaultKind>> = {
  error: { about: "Answers an error with `http` and `code` instead of doing anything." },
  delay: { about: "Answers correctly, after `delay`." },
  drop: { about: "Closes the connection without doing anything." },
  hang: { about: "Does nothing and never answers." },
  drop_after_accept: { about: "Does what was asked, then closes the connection." },
  timeout_after_accept: { about: "Does what was asked, then never answers." },
  create_timeout_after_accept: { about: "The same, by its older name." },
  bad_json: { about: "Answers JSON that breaks off." },
  empty_body: { about: "Answers nothing, with status 200." },
  html: { about: "Answers the HTML page of a proxy, with status 502." },
};

export const deliveryFaults: Readonly<Record<string, FaultKind>> = {
  error: { about: "Delivers, but counts the answer as `http`, so the delivery is sent again." },
  delay: { about: "Delivers after `delay`." },
  drop: { about: "Loses the delivery." },
  duplicate: { about: "Delivers the same bytes twice." },
  reorder: { about: "Holds the delivery back until another one has been sent." },
};

/** `given` are the fields of the provider's own faults. */
type FaultSettings = Readonly<{ op: string; kind: string; details: Fields | null; delayMs: number; given: Fields }> &
  Readonly<Record<"http" | "code" | "times", number | null>>;

export type Fault = FaultSettings & { readonly id: string; struck: number };

export class FaultList extends Map<string, Fault> {
  add(settings: FaultSettings): Fault {
    const fault = { ...settings, id: `flt_${randomUUID().replaceAll("-", "")}`, struck: 0 };
    this.set(fault.id, fault);
    return fault;
  }

  strike(names: readonly string[]): Fault | null {
    for (const fault of this.values()) {
      const isSpent = fault.times !== null && fault.struck >= fault.times;
      if (!names.includes(fault.op) || isSpent) continue;
      fault.struck += 1;
      return fault;
    }
    return null;
  }
}

/** The HTTP status of a fault that keeps an operation from being carried out, else null. */
export function preventedWith(fault: Fault | null): number | null {
  if (fault?.kind === "error") return fault.http ?? 500;
  return fault?.kind === "drop" || fault?.kind === "hang" ? 500 : null;
}

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
