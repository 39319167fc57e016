import assert from "node:assert/strict";
import {
  type CallOptions,
  type CreatedIntent,
  call,
  create,
  type Merchant,
  payloadOf,
  type RawAnswer,
} from "../test-support/merchant";

/** An implementation under test. What is absent leaves out the cases that need it. */
export interface Target {
  readonly merchant: Merchant;
  /** Another account of the same implementation. */
  readonly neighbour?: Merchant;
  /** Signs its answers for this account. */
  readonly signed?: Merchant;
}

/** One promise of the protocol, by its section, and how to see over plain HTTP that it is kept. */
export interface ConformanceCase {
  readonly section: string;
  readonly name: string;
  readonly needs?: "neighbour" | "signed";
  run(target: Target): Promise<void>;
}

export function promise(
  section: string,
  name: string,
  run: ConformanceCase["run"],
  needs?: ConformanceCase["needs"],
): ConformanceCase {
  return { section, name, run, ...(needs !== undefined && { needs }) };
}

export const usd = { currency: 1, amount_cents: 500, order_id: "o-1" };
export const ping = "/v1/test/ping";
export const createPath = "/v1/checkout_intents/";

/** HTTP status, code and reason of an answer, which is what most promises are about. */
export function verdict({ status, body }: RawAnswer): readonly [number, number | undefined, unknown] {
  return [status, body?.code, body?.error?.details?.reason];
}

export async function created(merchant: Merchant, fields: object = usd): Promise<CreatedIntent> {
  return payloadOf<CreatedIntent>(await create(merchant, fields));
}

export async function refused(
  merchant: Merchant,
  target: string,
  options: CallOptions & { method?: string },
  expected: readonly unknown[],
): Promise<void> {
  const answer = await call(merchant, target, options);
  assert.deepEqual(verdict(answer).slice(0, expected.length), expected, `${target} ${JSON.stringify(options)}`);
}
