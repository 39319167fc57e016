import { inspect } from "node:util";
import { expect } from "vitest";
import { StoreUnavailableError } from "@/lib/orders/order-store";

/** What must never be seen in an error of a store. Tests put it into names, values, documents and tokens. */
export const CANARY = "canary-4711";

/** Expects the refusal of a store that cannot serve, for this reason, and without any data in it. */
export async function expectUnavailable(call: Promise<unknown>, kind: string | RegExp = /./): Promise<void> {
  const error: unknown = await call.then(
    (value) => expect.fail(`It answered ${inspect(value)}.`),
    (reason: unknown) => reason,
  );
  expect(error).toBeInstanceOf(StoreUnavailableError);
  if (!(error instanceof StoreUnavailableError)) return;
  expect(error.message).toMatch(/^The order store is unavailable \([A-Za-z0-9_]+\)$/);
  const cause = error.cause instanceof Error ? error.cause.message : "";
  if (typeof kind === "string") expect(cause).toBe(kind);
  else expect(cause).toMatch(kind);
  expect(inspect(error, { depth: 10, showHidden: true })).not.toContain(CANARY);
}
