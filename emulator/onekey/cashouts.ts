import { randomInt } from "node:crypto";
import { foundOr404, type Route, route } from "../core/control-route";
import { parseDecimal } from "../core/decimal";
import { deliver, type Message, postOf, type SentRequest, sendForged } from "../core/deliveries";
import { type Fault, preventedWith } from "../core/faults";
import { choice, flag, integer, isWebUrl, text } from "../core/fields";
import type { Host } from "../core/host";
import { equalText, header, json, jsonText, type RawRequest } from "../core/http";
import { type Fields, isRecord, isText, numberText, readJson } from "../core/json";
import { type Answered, answered } from "../core/provider";
import type { Cashout, Merchant } from "./merchant";
import {
  type CashoutOperation,
  type CashoutStatus,
  cashoutOperations,
  cashoutStatuses,
  controlOf,
  payloadSignature,
} from "./wire";

export const isCashoutCall = ({ path }: RawRequest) => /^\/v3\/cashout(\/|$)/.test(path);

type Outcome = Readonly<{ status: number; body: string; message: string | null; cashout?: Cashout }>;

const refuse = (status: number, code: number, message: string): Outcome => ({
  status,
  body: JSON.stringify({ code, message }),
  message,
});

/** Signature and login first, then a fault, then the operation. */
export function handleCashouts(host: Host<Merchant>, request: RawRequest): Answered<Merchant> {
  const { method, path } = request;
  const operation = (Object.keys(cashoutOperations) as CashoutOperation[]).find(
    (each) => cashoutOperations[each].path === path && cashoutOperations[each].method === method,
  );
  const read = readJson(request.body);
  const fields = read.ok && isRecord(read.value) ? read.value : null;
  const account = [...host.accounts.values()].find(({ settings }) => settings.cashoutLogin === fields?.login) ?? null;
  const early = refusalOf(account, { operation, fields, request });
  const fault = early === null ? (account?.faults.strike([operation ?? "", "any"]) ?? null) : null;
  const outcome = early ?? (fault && faultOf(fault)) ?? perform(account, { operation, fields, text: textOf(request) });
  const { status, body, message, cashout } = outcome;
  const tags = { paymentId: cashout?.id ?? null, orderId: cashout?.externalId ?? null };
  return answered({ op: operation, account, tags, message, reply: jsonText(status, body) }, fault);
}

const textOf = ({ body }: RawRequest) => body.toString("utf8");

type Asked = Readonly<{ operation: CashoutOperation | undefined; fields: Fields | null }>;

function refusalOf(
  account: Merchant | null,
  { operation, fields, request }: Asked & { request: RawRequest },
): Outcome | null {
  if (operation === undefined) return refuse(404, 500, "There is no such call.");
  if (fields === null) return refuse(400, 502, "The body is not a JSON object.");
  if (account === null) return refuse(401, 401, "Invalid credentials");
  const { cashoutSecret, cashoutPass } = account.settings;
  if (!equalText(header(request, "payload-signature"), payloadSignature(cashoutSecret, textOf(request)))) {
    return refuse(400, 302, "Invalid control string");
  }
  if (!equalText(String(fields.pass), cashoutPass)) return refuse(401, 524, "Invalid credentials");
  return null;
}

function faultOf(fault: Fault): Outcome | null {
  if (fault.kind === "unlisted_address") return refuse(401, 402, "Unregistered IP address");
  const prevented = preventedWith(fault);
  return prevented === null ? null : refuse(prevented, fault.code ?? 500, "A fault was set.");
}

function perform(account: Merchant | null, { operation, fields, text: body }: Asked & { text: string }): Outcome {
  if (account === null || fields === null) return refuse(500, 500, "unreachable");
  if (operation === "cashout") return create(account, fields, body);
  const { cashout_id: id, external_id: externalId, status } = fields;
  const matches = (cashout: Cashout) =>
    (id === undefined || String(id) === cashout.id) && (externalId === undefined || externalId === cashout.externalId);
  const isNamed = id !== undefined || externalId !== undefined;
  const cashout = isNamed ? [...account.cashouts.values()].find(matches) : undefined;
  if (operation === "cashout_cancel" && (id === undefined || externalId === undefined)) {
    return refuse(400, 300, "cashout_id and external_id are required");
  }
  if (cashout === undefined) return refuse(412, 509, "Cashout not found");
  const invalid = { ...refuse(412, 510, "Invalid status transition"), cashout };
  const isOpen = cashout.status === "PENDING" || cashout.status === "ON_HOLD";
  if (operation === "cashout_hold") {
    if (status !== "ON_HOLD" && status !== "PENDING") return { ...refuse(412, 521, "Status not supported"), cashout };
    if (!isOpen || status === cashout.status) return invalid;
    moveCashout(account, cashout, { status });
  }
  if (operation === "cashout_cancel") {
    if (!isOpen || (cashout.status === "ON_HOLD" && !account.settings.cancelsOnHold)) return invalid;
    moveCashout(account, cashout, { status: "CANCELLED" });
  }
  return { status: 200, body: JSON.stringify(viewOf(cashout)), message: null, cashout };
}

const words: Readonly<Record<CashoutStatus, string>> = {
  PENDING: "Pending",
  COMPLETED: "Completed",
  CANCELLED: "Canceled",
  REJECTED: "Rejected",
  DELIVERED: "Delivered",
  ON_HOLD: "On Hold",
};

function viewOf({ status, rejectionCode }: Cashout) {
  const view = { cashout_status: cashoutStatuses.indexOf(status), cashout_status_description: words[status] };
  return status === "REJECTED"
    ? { ...view, rejection_code: rejectionCode, rejection_reason: "REJECTED_BY_BANK" }
    : view;
}

const required = ["external_id", "country", "amount", "document_id", "beneficiary_name", "notification_url"];

function create(account: Merchant, fields: Fields, body: string): Outcome {
  const missing = required.find((name) => fields[name] === undefined || fields[name] === "");
  if (missing !== undefined) return refuse(400, 300, `Invalid params: ${missing}`);
  const {
    login: _,
    pass: __,
    external_id: externalId,
    currency,
    amount: ___,
    notification_url: url,
    ...receiver
  } = fields;
  const amount = numberText(body, "amount", { mayBeQuoted: true });
  const { units = 0n, scale = 0 } = parseDecimal(amount) ?? {};
  if (units === 0n || scale > 2) return refuse(400, 300, "Invalid params: amount");
  if (typeof externalId !== "string" || externalId.length > 100) return refuse(400, 300, "Invalid params: external_id");
  if (!isText(currency, /^[A-Z]{3}$/)) return refuse(400, 526, "Invalid currency");
  const { bank_account: bankAccount = "0000" } = receiver;
  if (!/^\d{4,30}$/.test(String(bankAccount))) return refuse(400, 300, `Invalid params: bank_account ${bankAccount}`);
  if (typeof url !== "string" || !isWebUrl(url)) return refuse(400, 300, "Invalid params: notification_url");
  if ([...account.cashouts.values()].some((each) => each.externalId === externalId)) {
    return refuse(400, 511, "External id already used");
  }
  const id = String(randomInt(8e6, 9e6) * 1_000 + account.cashouts.size);
  const terms = { id, externalId, amount, currency, notificationUrl: url, receiver };
  const cashout: Cashout = { ...terms, status: fields.on_hold === true ? "ON_HOLD" : "PENDING", rejectionCode: null };
  account.cashouts.set(id, cashout);
  return { status: 200, body: `{"cashout_id":${id}}`, message: null, cashout };
}

type Move = Readonly<{ status: CashoutStatus; rejectionCode?: number | null; sendsWebhook?: boolean }>;

function moveCashout(account: Merchant, cashout: Cashout, move: Move): void {
  const { status, rejectionCode = null, sendsWebhook = true } = move;
  cashout.status = status;
  cashout.rejectionCode = rejectionCode;
  if (sendsWebhook) deliver(account, notificationOf(account, cashout));
}

/** Names no status (§3.3). `control` covers the external id alone. */
function notificationOf(account: Merchant, cashout: Cashout): Message {
  const { id, externalId, notificationUrl } = cashout;
  const url = account.settings.webhookUrl ?? notificationUrl;
  const control = controlOf(account.settings.cashoutSecret, externalId);
  const form = {
    bank_reference_id: "",
    comments: "",
    external_id: externalId,
    control,
    cashout_id: id,
    status_reason: "",
  };
  return {
    url,
    tags: { paymentId: id, orderId: externalId },
    renewed: () => notificationOf(account, cashout),
    build: () => formRequest(url, { date: dateOf(account.clock.now()), ...form }),
  };
}

const dateOf = (ms: number) => new Date(ms).toISOString().slice(0, 19).replace("T", " ");

function formRequest(url: string, fields: Record<string, string>): SentRequest {
  const body = new URLSearchParams(fields).toString();
  return postOf(url, body, { "Content-Type": "application/x-www-form-urlencoded" });
}

function find(account: Merchant, id = ""): Cashout {
  return foundOr404(account.cashouts.get(id), "cashout");
}

export const cashoutRoutes: readonly Route<Merchant>[] = [
  route("GET /_emulator/cashouts", "The cashouts of the account, newest first.", {
    handle: ({ account }) => json(200, { cashouts: [...account.cashouts.values()].reverse() }),
  }),
  route("POST /_emulator/cashouts/{id}/status", "Moves a cashout, and sends the notification.", {
    body: {
      status: choice("The new status.", cashoutStatuses),
      rejection_code: integer("Of a rejection.", { min: 0, max: 999 }),
      webhook: flag("False sends no notification."),
    },
    required: ["status"],
    handle: ({ account, params }, { status, rejection_code: rejectionCode = 807, webhook = true }) => {
      const cashout = find(account, params.id);
      moveCashout(account, cashout, { status, rejectionCode, sendsWebhook: webhook });
      return json(200, cashout);
    },
  }),
  route("POST /_emulator/cashouts/{id}/forge", "Sends a notification with a control that is not OneKey's.", {
    body: { external_id: text("Another reference than the one that the control is for.") },
    handle: ({ account, params }, { external_id: other }) => {
      const { externalId, id, notificationUrl } = find(account, params.id);
      const url = account.settings.webhookUrl ?? notificationUrl;
      const secret = other === undefined ? "another secret" : account.settings.cashoutSecret;
      const form = { external_id: other ?? externalId, control: controlOf(secret, externalId), cashout_id: id };
      sendForged(account, { tags: { paymentId: id, orderId: externalId } }, () => formRequest(url, form));
      return json(200, { url });
    },
  }),
];
