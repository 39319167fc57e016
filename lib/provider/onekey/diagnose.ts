import { findingsOf, ok } from "../diagnose";
import type { Finding, ProviderResult } from "../provider";
import { readCashout } from "./cashouts";
import { callDeposits } from "./client";
import type { OneKeyOptions } from "./provider";
import { depositPath, LABEL, statusSchema } from "./wire";

const NOT_KNOWN =
  "how OneKey signs notifications of deposits, so each only makes us ask; what each country asks of payers and receivers; how its production differs from staging.";

/** Deposits and cashouts have credentials of their own. */
export async function diagnose(options: OneKeyOptions): Promise<Finding[]> {
  const [ping, cashouts] = await Promise.all([askForDeposit(options), cashoutsFinding(options)]);
  const credentials =
    "Compare ONEKEY_LOGIN, ONEKEY_SECRET and ONEKEY_AUTHORIZATION_SCHEME, and ask OneKey whether this server's address is allow-listed.";
  const about = { label: LABEL, baseUrl: options.baseUrl, credentials, clockCodes: ["103"], notKnown: NOT_KNOWN };
  return findingsOf({ ...about, ping }).map((each) =>
    each.id === cashouts?.id ? { ...cashouts, sentence: `${cashouts.sentence} ${each.sentence}` } : each,
  );
}

/** Asks about a deposit that cannot be there: an answer that says so comes after the signature was accepted. */
async function askForDeposit(options: OneKeyOptions): Promise<ProviderResult> {
  const read = await callDeposits(options, { operation: "ping", path: depositPath("0"), schema: statusSchema });
  if (read.ok) return read;
  const { kind, code } = read.failure;
  const isUnderstood = kind === "not_found" || (kind === "refused" && code !== undefined);
  return isUnderstood ? { ok: true } : read;
}

/** Asks about a cashout that cannot be there: "not found" comes after signature and login were accepted (§3.5). */
async function cashoutsFinding(options: OneKeyOptions): Promise<Finding | null> {
  const { cashouts } = options;
  if (cashouts === null) return null;
  const id = "provider_calls";
  const read = await readCashout({ ...options, cashouts }, { reference: "doctor-asks-about-none" });
  if (read.ok || read.failure.kind === "not_found") {
    return ok(id, "OneKey accepts the credentials of cashouts.");
  }
  const { message: sentence } = read.failure;
  return { id, state: "failed", sentence, todo: "Correct ONEKEY_CASHOUT_LOGIN, _PASSPHRASE and _SECRET." };
}
