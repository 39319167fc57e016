import { type ApiError, codes } from "../protocol/api-error";
import type { Account } from "../state/account";
import type { EmulatorState } from "../state/emulator-state";
import type { Intent } from "../state/intent";
import type { Operation } from "./api-routes";
import { createIntent } from "./create-intent";
import { createPayload, detailPayload, statusPayload } from "./payloads";
import { readJson } from "./read-json";

export interface OperationRequest {
  readonly op: Operation;
  readonly intentId: string | null;
  readonly body: Uint8Array;
}

/** Either `payloadJson` or `error`, with the intent it was about. */
export interface Outcome {
  readonly payloadJson?: string;
  readonly error?: ApiError;
  readonly intentId?: string | null;
  readonly orderId?: string | null;
}

/** Carries out an authenticated request. */
export function perform(state: EmulatorState, account: Account, request: OperationRequest): Outcome {
  switch (request.op) {
    case "ping":
      return { payloadJson: '{"pong":"ok"}' };
    case "fail":
      return { error: alwaysFails(account) };
    case "post":
      return echo(state, request.body);
    case "create":
      return create(state, account, request.body);
    case "detail":
      return lookUp(state, account, request.intentId, (intent) => detailPayload(account, intent));
    case "status":
      return lookUp(state, account, request.intentId, (intent) => statusPayload(account, intent));
  }
}

/** §4: the code of this route could not be read anywhere, so it is a setting. */
function alwaysFails(account: Account): ApiError {
  return { code: account.settings.failCode, message: "This route always fails.", details: { reason: "test_fail" } };
}

/** §4: the body comes back as it was written, numbers and escapes included. */
function echo(state: EmulatorState, body: Uint8Array): Outcome {
  const read = readJson(body, state.enforces);
  return read.ok ? { payloadJson: read.text.trim() } : { error: read.error };
}

function create(state: EmulatorState, account: Account, body: Uint8Array): Outcome {
  const read = readJson(body, state.enforces);
  if (!read.ok) return { error: read.error };
  const created = createIntent(state, account, read.value);
  if (!created.ok) return { error: created.error };
  const { intent } = created;
  return {
    payloadJson: JSON.stringify(createPayload(account, intent, state.publicUrl)),
    intentId: intent.id,
    orderId: intent.order.orderId,
  };
}

function lookUp(
  state: EmulatorState,
  account: Account,
  intentId: string | null,
  payload: (intent: Intent) => unknown,
): Outcome {
  const id = intentId ?? "";
  const intent = account.intent(id) ?? (state.enforces("intent_owner") ? undefined : anyIntent(state, id));
  if (intent === undefined) return { error: notFound(state, account, id), intentId: id };
  return { payloadJson: JSON.stringify(payload(intent)), intentId: id, orderId: intent.order.orderId };
}

function anyIntent(state: EmulatorState, id: string): Intent | undefined {
  for (const account of state.accounts.values()) {
    const intent = account.intent(id);
    if (intent !== undefined) return intent;
  }
  return undefined;
}

/** Another account's intent answers as if there were none, unless the account is set to the other claim of §10. */
function notFound(state: EmulatorState, account: Account, id: string): ApiError {
  const isForeign = account.settings.foreignIntentCode === "30001" && state.belongsToAnother(account, id);
  return isForeign
    ? { code: codes.forbidden, message: "No permission on this intent.", details: { reason: "not_your_intent" } }
    : { code: codes.intentNotFound, message: "The intent was not found.", details: { reason: "intent_not_found" } };
}
