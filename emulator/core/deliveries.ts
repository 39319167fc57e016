import { randomUUID } from "node:crypto";
import { request as httpRequest, type IncomingMessage } from "node:http";
import { request as httpsRequest } from "node:https";
import type { Account } from "./account";
import type { Fault } from "./faults";

type Headers = Readonly<Record<string, string>>;
export type SentRequest = Readonly<{ method: "POST"; url: string; headers: Headers; body: string }>;
export type ReceivedAnswer = Readonly<{ status: number; headers: Headers; body: string }>;
type DeliveryKind = "confirmation" | "retry" | "duplicate" | "replay" | "raw_replay" | "forged";

/** One attempt to deliver a webhook, as the deliveries log shows it, with the tags of the provider. */
export interface Delivery {
  readonly id: string;
  readonly kind: DeliveryKind;
  readonly attempt: number;
  readonly at: string;
  request: SentRequest | null;
  state: "in_flight" | "delivered" | "failed";
  answer: ReceivedAnswer | null;
  error: string | null;
  durationMs: number | null;
  retryInMs: number | null;
  readonly [tag: string]: unknown;
}

export interface Message {
  readonly url: string | null;
  readonly tags: Readonly<Record<string, string | null>>;
  build(faultKind: string | null): SentRequest;
  renewed(): Message;
}

/** `bytes` are given when a redelivery repeats those of the attempt before. */
type Attempt = Readonly<{ kind: DeliveryKind; message: Message; bytes: SentRequest | null }> &
  Readonly<Record<"number" | "extraCopies", number>>;

/** Sends a message now, and again after each gap of the account until it is answered 2xx. */
export function deliver(account: Account, message: Message, { extraCopies = 0 } = {}): void {
  startAttempt(account, { kind: "confirmation", message, number: 1, bytes: null, extraCopies });
}

function startAttempt(account: Account, attempt: Attempt): void {
  if (!account.settings.webhooks || attempt.message.url === null) return;
  const fault = account.faults.strike(["webhook"]);
  const { signal } = account.sending;
  const run = async (): Promise<void> => {
    await runAttempt(account, attempt, { fault, signal });
    // Only now that this one was answered or lost: side by side they could still arrive in order.
    for (const held of account.heldBack.splice(0)) held().catch((error: unknown) => account.onFailure(error));
  };
  if (fault?.kind === "reorder") account.heldBack.push(run);
  else if (fault !== null && fault.delayMs > 0) account.clock.schedule(fault.delayMs, run);
  else run().catch((error: unknown) => account.onFailure(error));
}

type Conditions = Readonly<{ fault: Fault | null; signal: AbortSignal }>;

async function runAttempt(account: Account, attempt: Attempt, { fault, signal }: Conditions): Promise<void> {
  const { message, kind, number } = attempt;
  let { bytes } = attempt;
  const build = (): SentRequest => {
    bytes ??= message.build(fault?.kind ?? null);
    return bytes;
  };
  const sending = { tags: message.tags, attempt: number, build };
  const copies = attempt.extraCopies + (fault?.kind === "duplicate" ? 1 : 0);
  for (let copy = 0; copy < copies; copy += 1) void send(account, { ...sending, kind: "duplicate" });
  const delivery = await send(account, { ...sending, kind, isLost: fault?.kind === "drop" });
  if (fault?.kind === "error") {
    delivery.state = "failed";
    delivery.error = `A fault replaced the answer with ${fault.http ?? 500}.`;
  }
  const { retryGapsMs, redelivery } = account.settings;
  const gapMs = retryGapsMs[number - 1];
  if (delivery.state === "delivered" || delivery.request === null || gapMs === undefined || signal.aborted) return;
  delivery.retryInMs = gapMs;
  const next = redelivery === "new_id" ? message.renewed() : message;
  const again = redelivery === "same_bytes" ? delivery.request : null;
  const retry = { kind: "retry", message: next, number: number + 1, bytes: again, extraCopies: 0 } as const;
  account.clock.schedule(gapMs, () => startAttempt(account, retry));
}

export interface Sending {
  readonly kind: DeliveryKind;
  /** What else the log shows of it; may be the delivery that is sent again. */
  readonly tags: Readonly<Record<string, unknown>>;
  readonly attempt: number;
  build(): SentRequest;
  readonly isLost?: boolean;
}

export function postOf(url: string, body: string, headers: Headers = {}): SentRequest {
  const length = String(Buffer.byteLength(body));
  return {
    method: "POST",
    url,
    headers: { "Content-Type": "application/json", "Content-Length": length, ...headers },
    body,
  };
}

/** Sends once what a stranger could send. */
export function sendForged(account: Account, { tags }: Pick<Sending, "tags">, build: () => SentRequest): void {
  void send(account, { kind: "forged", tags, attempt: 1, build });
}

/** Sends one request and logs it with its answer. Whatever goes wrong becomes the failure of this delivery. */
export async function send(account: Account, { kind, tags, attempt, build, isLost }: Sending): Promise<Delivery> {
  const id = `dlv_${randomUUID().replaceAll("-", "")}`;
  const unknown = { request: null, answer: null, error: null, durationMs: null, retryInMs: null };
  const at = new Date().toISOString();
  const delivery: Delivery = { ...tags, id, kind, attempt, at, ...unknown, state: "in_flight" };
  const startedAtMs = performance.now();
  try {
    const request = build();
    delivery.request = request;
    account.deliveries.add(delivery, request.body.length);
    if (isLost) throw new Error("A fault lost this delivery.");
    const { signal } = account.sending;
    delivery.answer = await post(request, { timeoutMs: account.settings.webhookTimeoutMs, signal });
    const { status } = delivery.answer;
    delivery.state = status >= 200 && status < 300 ? "delivered" : "failed";
  } catch (error) {
    if (delivery.request === null) account.deliveries.add(delivery);
    delivery.state = "failed";
    delivery.error = error instanceof Error ? error.message : String(error);
  }
  delivery.durationMs = Math.round(performance.now() - startedAtMs);
  account.onDelivery(delivery);
  return delivery;
}

type Limits = Readonly<{ timeoutMs: number; signal?: AbortSignal }>;

/** Rejects with a sentence. Not `fetch`, which refuses some ports and may reuse a connection that is being closed. */
export async function post(sent: SentRequest, limits: Limits): Promise<ReceivedAnswer> {
  const { timeoutMs, signal: stopped } = limits;
  // Our own, because on Node 20 a signal of AbortSignal.any can be garbage collected before it fires.
  const ending = new AbortController();
  const end = () => ending.abort();
  const timer = setTimeout(end, timeoutMs);
  if (stopped?.aborted) end();
  stopped?.addEventListener("abort", end);
  try {
    return await new Promise<ReceivedAnswer>((resolve, reject) => {
      const url = new URL(sent.url);
      const { method, headers } = sent;
      const start = url.protocol === "https:" ? httpsRequest : httpRequest;
      const outgoing = start(url, { method, headers, agent: false, signal: ending.signal }, (incoming) => {
        readAnswer(incoming).then(resolve, reject);
      });
      outgoing.on("error", reject).end(sent.body);
    });
  } catch (error) {
    if (stopped?.aborted) throw new Error("The emulator was reset or stopped before an answer came.");
    if (ending.signal.aborted) throw new Error(`There was no answer within ${timeoutMs} ms.`);
    throw new Error(`The request failed: ${describe(error)}.`);
  } finally {
    clearTimeout(timer);
    stopped?.removeEventListener("abort", end);
  }
}

/** Connection errors to several addresses come as one error without a message of its own. */
function describe(error: unknown): string {
  if (error instanceof AggregateError && error.message === "") return error.errors.map(describe).join(", ");
  return error instanceof Error ? error.message : String(error);
}

const maxAnswerBytes = 4_096;

async function readAnswer(incoming: IncomingMessage): Promise<ReceivedAnswer> {
  let bytes = Buffer.alloc(0);
  for await (const chunk of incoming) if (bytes.length < maxAnswerBytes) bytes = Buffer.concat([bytes, chunk]);
  const headers = Object.entries(incoming.headers).map(([name, value]) => [name, String(value)] as const);
  const body = bytes.subarray(0, maxAnswerBytes).toString("utf8");
  return { status: incoming.statusCode ?? 0, headers: Object.fromEntries(headers), body };
}
