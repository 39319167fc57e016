import assert from "node:assert/strict";
import { type CallOptions, call, type Merchant, type RawAnswer } from "../test-support/merchant";

/** An implementation under test. What is absent leaves out the cases that need it. */
export interface Target {
  readonly merchant: Merchant;
  readonly neighbour?: Merchant;
  readonly signed?: Merchant;
}

/** One promise of the protocol, by its section, and how to see over plain HTTP that it is kept. */
export interface ConformanceCase {
  readonly section: string;
  readonly name: string;
  readonly needs?: Need;
  run(target: Target): Promise<void>;
}

type Need = "neighbour" | "signed";

export function promise(section: string, name: string, run: ConformanceCase["run"]): ConformanceCase {
  return { section, name, run };
}

type RunWith = (needed: Merchant, merchant: Merchant) => Promise<void>;

/** A case that is left out where the implementation has no such account. */
export function needing(needs: Need, section: string, name: string, run: RunWith): ConformanceCase {
  return { section, name, needs, run: (target) => run(target[needs] ?? target.merchant, target.merchant) };
}

export const ping = "/v1/test/ping";
export const createPath = "/v1/checkout_intents/";

export function verdict({ status, body }: RawAnswer): readonly [number, number | undefined, unknown] {
  return [status, body?.code, body?.error?.details?.reason];
}

type Options = CallOptions & { method?: string };

export async function refused(merchant: Merchant, target: string, options: Options, expected: readonly unknown[]) {
  const answer = await call(merchant, target, options);
  assert.deepEqual(verdict(answer).slice(0, expected.length), expected, `${target} ${JSON.stringify(options)}`);
}
