import { randomBytes, randomInt } from "node:crypto";
import { parseDecimal } from "../core/decimal";
import { type Fault, preventedWith } from "../core/faults";
import type { Host } from "../core/host";
import { equalText, header, jsonText, type RawRequest } from "../core/http";
import { isRecord, isText, numberText, readJson } from "../core/json";
import { type Answered, answered } from "../core/provider";
import type { Deposit, Merchant } from "./merchant";
import { depositSignature, type Operation, operations, readAuthorization, readDate } from "./wire";

type Outcome = Readonly<{ status: number; body: string; message: string | null; deposit?: Deposit }>;

/** Errors are flat after a POST and nested after a GET (§3.4). */
export function refusalBody(method: string, code: number, words: { type: string; description: string }): string {
  const { type, description } = words;
  return method === "GET"
    ? JSON.stringify({ error: { code, message: description, type, details: [] } })
    : JSON.stringify({ code, description, type, details: [] });
}

/** Routes come first, then headers and signature, then a fault, then the operation. */
export function handleApi(host: Host<Merchant>, request: RawRequest): Answered<Merchant> {
  const { method, path } = request;
  const found = (Object.keys(operations) as Operation[]).find(
    (op) => operations[op].path.test(path) && operations[op].method === method,
  );
  const login = header(request, "x-login");
  const account = host.accounts.get(login) ?? null;
  const refuse = (status: number, code: number, type: string, description: string): Outcome => {
    return { status, body: refusalBody(method, code, { type, description }), message: description };
  };
  const answer = ({ status, body, message, deposit }: Outcome, fault: Fault | null = null): Answered<Merchant> => {
    const tags = { paymentId: deposit?.id ?? null, orderId: deposit?.invoiceId ?? null };
    return answered({ op: found, account, tags, message, reply: jsonText(status, body) }, fault);
  };
  if (found === undefined) return answer(refuse(404, 500, "NOT_FOUND", `There is no ${method} ${path}.`));
  const date = header(request, "x-date");
  const authorization = header(request, "authorization");
  if (login === "" || date === "" || authorization === "") {
    return answer(refuse(400, 101, "MISSING_REQUIRED_HEADER", "X-Login, X-Date and Authorization are required."));
  }
  if (account === null) return answer(refuse(401, 100, "INVALID_CREDENTIALS", "X-Login is not known."));
  const body = request.body.toString("utf8");
  const expected = depositSignature({ secret: account.apiSecret, date, login, body: method === "GET" ? "" : body });
  if (!equalText(readAuthorization(authorization) ?? "", expected)) {
    return answer(refuse(400, 102, "INVALID_SIGNATURE", "The signature does not match."));
  }
  const time = readDate(date);
  const { dateToleranceMs } = account.settings;
  if (time === null || Math.abs(time - account.signingTimeMs()) > dateToleranceMs) {
    return answer(refuse(400, 103, "INVALID_DATE_RANGE", "X-Date has another form or is too far off."));
  }
  const fault = account.faults.strike([found, "any"]);
  const prevented = preventedWith(fault);
  if (prevented !== null) return answer(refuse(prevented, 700, "INTERNAL", "A fault was set."), fault);
  if (fault?.kind === "unlisted_address") {
    return answer(refuse(403, 104, "UNREGISTERED_IP", "This address is not allow-listed."), fault);
  }
  if (found === "status") {
    const id = decodeURIComponent(operations.status.path.exec(path)?.[1] ?? "");
    const deposit = account.deposits.get(id);
    const missing = () => refuse(404, 201, "DEPOSIT_NOT_FOUND", "There is no such deposit.");
    return answer(deposit === undefined ? missing() : view(deposit), fault);
  }
  const created = create(host, account, request);
  return answer("problem" in created ? refuse(400, 418, "MISSING_REQUIRED_FIELDS", created.problem) : created, fault);
}

const required = ["country", "amount", "currency", "invoice_id", "payer"];

function create(host: Host<Merchant>, merchant: Merchant, { body }: RawRequest): Outcome | { problem: string } {
  const read = readJson(body);
  if (!read.ok || !isRecord(read.value)) return { problem: "The body is not a JSON object." };
  const fields = read.value;
  const missing = required.find((name) => fields[name] === undefined);
  if (missing !== undefined) return { problem: `${missing} is required.` };
  const amount = numberText(read.text, "amount", { mayBeQuoted: true });
  if ((parseDecimal(amount)?.units ?? 0n) === 0n) return { problem: "amount takes a number above zero." };
  const { country, currency, invoice_id: invoiceId, payment_method: paymentMethod } = fields;
  if (!isText(country, /^[A-Z]{2}$/)) return { problem: "country takes two letters." };
  if (!isText(currency, /^[A-Z]{3}$/)) return { problem: "Unknown currency." };
  if (!isText(invoiceId, /^[A-Za-z0-9-_]{1,128}$/)) return { problem: "invoice_id takes letters, digits, - and _." };
  if ([...merchant.deposits.values()].some((each) => each.invoiceId === invoiceId)) {
    return { problem: "invoice_id was used before." };
  }
  const urlOf = (value: unknown) => (typeof value === "string" && URL.canParse(value) ? value : null);
  const deposit: Deposit = {
    id: String(randomInt(3e9, 4e9)),
    token: randomBytes(16).toString("hex"),
    invoiceId,
    country,
    notificationUrl: urlOf(fields.notification_url),
    backUrl: urlOf(fields.success_url),
    createdAtMs: merchant.clock.now(),
    amount,
    currency,
    status: "CREATED",
    refunded: false,
  };
  merchant.deposits.set(deposit.id, deposit);
  const { evilUrl, oneShot } = merchant.settings;
  const url = evilUrl ?? `${host.publicUrl}/pay/${deposit.token}`;
  const ids = `"deposit_id":${deposit.id},"user_id":"1","merchant_invoice_id":"${invoiceId}"`;
  const money = `"amount":${amount},"currency":"${currency}"`;
  const isOneShot = oneShot !== "" && oneShot === paymentMethod;
  const how = isOneShot
    ? `"checkout_type":"ONE_SHOT","payment_info":{"type":"VOUCHER","payment_method":"${oneShot}",${money}}`
    : `"checkout_type":"HOSTED","iframe":false,"redirect_url":${JSON.stringify(url)}`;
  return { status: 201, body: `{${how},${ids}}`, message: null, deposit };
}

function view(deposit: Deposit): Outcome {
  const { id, invoiceId, country, currency, amount, status, refunded } = deposit;
  const ids = `"user_id":"1","deposit_id":${id},"invoice_id":"${invoiceId}","country":"${country}"`;
  const money = `"currency":"${currency}","local_amount":${amount},"bonus_amount":0,"bonus_relative":false`;
  const body = `{${ids},${money},"payment_type":"BANK_TRANSFER","status":"${status}","refunded":${refunded}}`;
  return { status: 200, body, message: null, deposit };
}
