import type { PayoutName, PayoutProvider, PayoutResult } from "../payout";
import type { PayoutTools, WebhookAuthentication, WebhookContent, WebhookDelivery } from "../provider";
import {
  accepted,
  CASHOUT_CANCEL_PATH,
  CASHOUT_CURRENCIES,
  CASHOUT_PATH,
  CASHOUT_STATUS_PATH,
  cashoutBody,
  cashoutStatusSchema,
  createdCashoutSchema,
  RECEIVER_FIELDS,
  reportOf,
  USED,
} from "./cashout-wire";
import { type CashoutOptions, callCashouts } from "./client";
import { verifyControl } from "./signing";
import { LABEL, NAME } from "./wire";

export type OneKeyPayoutOptions = CashoutOptions & PayoutTools & { readonly country: string };

/** Cashouts V3 (§3.1 to §3.3): to a bank account of the receiver, in the currency that was paid. */
export function createOneKeyPayouts(options: OneKeyPayoutOptions): PayoutProvider {
  const { country, webhookUrl: notificationUrl } = options;
  return {
    name: NAME,
    label: LABEL,
    account: `${options.baseUrl} ${options.cashouts.login}`,
    coins: CASHOUT_CURRENCIES,
    network: null,
    places: 2,
    receiverFields: RECEIVER_FIELDS,
    async createPayout(request) {
      const { reference } = request;
      const created = await callCashouts(options, {
        operation: "payout",
        reference,
        method: "POST",
        path: CASHOUT_PATH,
        body: (login) => cashoutBody({ ...request, country, notificationUrl }, login),
        schema: createdCashoutSchema,
        receiver: request.receiver,
      });
      if (created.ok) return { ok: true, report: accepted(reference, created.data.cashout_id) };
      if (created.failure.code !== USED) return created;
      const read = await readCashout(options, request);
      // It is there, whatever became of the question how it stands.
      return read.ok ? read : { ok: false, failure: { ...read.failure, maybeAccepted: true } };
    },
    readPayout: (payout) => readCashout(options, payout),
    cancelPayout: (payout) => changeCashout(options, { ...payout, operation: "payout_cancel" }),
    holdPayout: (payout, isOnHold) =>
      changeCashout(options, { ...payout, operation: "payout_hold", status: isOnHold ? "ON_HOLD" : "PENDING" }),
    explorerUrl: () => null,
  };
}

export async function readCashout(
  options: CashoutOptions,
  { reference, receiver }: Omit<PayoutName, "payoutId">,
): Promise<PayoutResult> {
  const read = await callCashouts(options, {
    operation: "payout_status",
    reference,
    receiver,
    method: "POST",
    path: CASHOUT_STATUS_PATH,
    body: (login) => JSON.stringify({ ...login, external_id: reference }),
    schema: cashoutStatusSchema,
  });
  return read.ok ? { ok: true, report: reportOf(reference, read.data) } : read;
}

type Change = PayoutName & { readonly operation: string; readonly status?: "ON_HOLD" | "PENDING" };

/** Without a status it is a cancellation. */
async function changeCashout(options: CashoutOptions, change: Change): Promise<PayoutResult> {
  const { operation, reference, receiver, payoutId: cashout_id, status } = change;
  const isCancel = status === undefined;
  const changed = await callCashouts(options, {
    operation,
    reference,
    receiver,
    method: isCancel ? "DELETE" : "PUT",
    path: isCancel ? CASHOUT_CANCEL_PATH : CASHOUT_STATUS_PATH,
    body: (login) => JSON.stringify({ ...login, cashout_id, ...(isCancel ? { external_id: reference } : { status }) }),
    schema: cashoutStatusSchema,
  });
  return changed.ok ? { ok: true, report: reportOf(reference, changed.data) } : changed;
}

/** Notifications of deposits are JSON, those of cashouts a form (§3.3). */
export const isCashoutNotification = ({ headers }: WebhookDelivery) =>
  /^application\/x-www-form-urlencoded\s*(;|$)/i.test(headers.get("Content-Type") ?? "");

/**
 * `control` is the same for ever and covers our reference alone (§3.3): anyone who saw a notification can send it again
 * with anything else in it. So even a right one may only make us ask, and no more often than a stranger's could.
 */
export async function authenticateCashout(delivery: WebhookDelivery, secret?: string): Promise<WebhookAuthentication> {
  if (secret === undefined) return { ok: false, diagnosis: "a cashout, and cashouts are not set up" };
  const { externalId, control } = fieldsOf(delivery);
  if (externalId === null || control === null) return { ok: false, diagnosis: "external_id or control is missing" };
  if (!(await verifyControl(secret, { externalId, control }))) {
    return { ok: false, diagnosis: "control does not match: is ONEKEY_CASHOUT_SECRET right?" };
  }
  return { ok: true, deliveryId: control, replay: null, isUnproven: true };
}

export function parseCashout(delivery: WebhookDelivery): WebhookContent {
  const { externalId: reference, control: deliveryId } = fieldsOf(delivery);
  if (reference === null || deliveryId === null)
    return { kind: "unreadable", diagnosis: "the form has no external_id" };
  return { kind: "payout_hint", reference, deliveryId };
}

function fieldsOf({ body }: WebhookDelivery) {
  const form = new URLSearchParams(new TextDecoder().decode(body));
  // A field that is there twice could be read in two ways.
  const only = (name: string) => {
    const [value, ...others] = form.getAll(name);
    return value === undefined || others.length > 0 ? null : value;
  };
  return { externalId: only("external_id"), control: only("control") };
}
