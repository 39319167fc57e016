import type { Answer, Client } from "../../e2e/support/client";

/** Of the store whose webhooks the deployment takes, from the environment. */
type Credentials = { readonly apiKey: string; readonly apiSecret: string };

/** The deployment under test, and what is known of it before the checks. */
export type Site = {
  readonly url: string;
  readonly client: Client;
  readonly credentials: Credentials | null;
  /** Opens the one order; null where there is none to choose. */
  readonly amount: string | null;
  /** What the page sells, where it sells items; its price is `amount`. */
  readonly item: string | undefined;
  /** There is one price, whatever amount is sent. */
  readonly isFixedPrice: boolean;
  /** Of the deployment's own account; null when it did not say. */
  readonly provider: string | null;
  /** Sends again after the wait that a 429 asks for: an earlier run may have used up the limits. */
  whenAllowed(send: () => Promise<Answer>): Promise<Answer>;
};

/** Well-formed, and of no order. */
export const UNKNOWN_ORDER = "A".repeat(24);

/** Resolves to what was seen, in a few words. Throws a sentence for what is wrong. */
export type Check = {
  readonly id: string;
  readonly title: string;
  /** Why the check cannot be made here; null when it can. */
  skips?(site: Site): string | null;
  run(site: Site): Promise<string>;
};

export function must(condition: boolean, sentence: string): asserts condition {
  if (!condition) throw new Error(sentence);
}

/** That a request was refused as our API refuses: RFC 9457, with a code and the request's id. */
export function mustRefuse(what: string, answer: Answer, expected: { status: number; code: string }): void {
  const { status, headers, json } = answer;
  must(status === expected.status, `${what} was answered ${status}, not ${expected.status}.`);
  const type = headers.get("content-type") ?? "no content type";
  must(type.startsWith("application/problem+json"), `${what} was answered as ${type}, not application/problem+json.`);
  must(json.code === expected.code, `${what} was refused as ${json.code}, not ${expected.code}.`);
  must(typeof json.requestId === "string", `${what} was answered without a requestId.`);
}

/** The body without what differs between any two requests. */
export const withoutId = ({ json, text }: Answer) => text.replace(String(json.requestId), "");
