import { randomUUID } from "node:crypto";
import { request as httpRequest, type IncomingMessage } from "node:http";
import { request as httpsRequest } from "node:https";
import type { Account } from "./account";
import type { Fault } from "./faults";

type Headers = Readonly<Record<string, string>>;
export type SentRequest = Readonly<{ method: "POST"; url: string; headers: Headers; body: string }>;
export type ReceivedAnswer = Readonly<{ status: number; headers: Headers; body: string }>;
export type DeliveryKind = "confirmation" | "retry" | "duplicate" | "replay" | "raw_replay" | "forged";

/** One attempt to deliver a webhook, as the deliveries log shows it, with the tags of the provider. */
export interface Delivery {
  readonly id: string;
  readonly kind: DeliveryKind;
  /** 1 for the first attempt; redeliveries count up. */
  readonly attempt: number;
  readonly at: string;
  /** Null when building it failed. */
  request: SentRequest | null;
  state: "in_flight" | "delivered" | "failed";
  answer: ReceivedAnswer | null;
  /** Why there is no answer, in a sentence. */
  error: string | null;
  durationMs: number | null;
  /** Time on the emulated clock until the next attempt, or null when there is none. */
  retryInMs: number | null;
  readonly [tag: string]: unknown;
}

/** What a webhook says, and how it is signed. */
export interface Message {
  /** Null: the account has no URL for this kind of message. */
  readonly url: string | null;
  readonly tags: Readonly<Record<string, string | null>>;
  /** Builds and signs the request now, spoiled in the way that a fault asks for. */
  build(faultKind: string | null): SentRequest;
  /** The same message under another webhook id. */
  renewed(): Message;
}

interface Attempt {
  readonly kind: DeliveryKind;
  readonly message: Message;
  readonly number: number;
  /** Given when a redelivery repeats the bytes of the attempt before. */
  readonly bytes: SentRequest | null;
  /** How many times more the same bytes are sent. */
  readonly extraCopies: number;
}

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
  readonly tags: Readonly<Record<string, unknown>>;
  readonly attempt: number;
  build(): SentRequest;
  /** Logs a delivery that never leaves. */
  readonly isLost?: boolean;
}

/** Sends one request and logs it with its answer. Whatever goes wrong becomes the failure of this delivery. */
export async function send(account: Account, { kind, tags, attempt, build, isLost }: Sending): Promise<Delivery> {
  const id = `dlv_${randomUUID().replaceAll("-", "")}`;
  const unknown = { request: null, answer: null, error: null, durationMs: null, retryInMs: null };
  const at = new Date().toISOString();
  const delivery: Delivery = { id, kind, ...tags, attempt, at, ...unknown, state: "in_flight" };
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

/**
 * Posts over a connection of its own and follows no redirect; rejects with a sentence. Not `fetch`, which refuses some
 * ports and may reuse a connection that the receiver is closing.
 */
export async function post(
  sent: SentRequest,
  limits: { timeoutMs: number; signal?: AbortSignal },
): Promise<ReceivedAnswer> {
  const { timeoutMs, signal: stopped } = limits;
  const timeout = AbortSignal.timeout(timeoutMs);
  const signal = stopped === undefined ? timeout : AbortSignal.any([timeout, stopped]);
  try {
    return await new Promise<ReceivedAnswer>((resolve, reject) => {
      const url = new URL(sent.url);
      const { method, headers } = sent;
      const start = url.protocol === "https:" ? httpsRequest : httpRequest;
      const outgoing = start(url, { method, headers, agent: false, signal }, (incoming) => {
        incoming.on("error", reject);
        readAnswer(incoming, resolve);
      });
      outgoing.on("error", reject).end(sent.body);
    });
  } catch (error) {
    if (timeout.aborted) throw new Error(`There was no answer within ${timeoutMs} ms.`);
    if (stopped?.aborted) throw new Error("The emulator was reset or stopped before an answer came.");
    throw new Error(`The request failed: ${describe(error)}.`);
  }
}

/** Connection errors to several addresses come as one error without a message of its own. */
function describe(error: unknown): string {
  if (error instanceof AggregateError && error.message === "") return error.errors.map(describe).join(", ");
  return error instanceof Error ? error.message : String(error);
}

const maxAnswerBytes = 4_096;

function readAnswer(incoming: IncomingMessage, done: (answer: ReceivedAnswer) => void): void {
  const chunks: Buffer[] = [];
  let length = 0;
  incoming.on("data", (chunk: Buffer) => {
    if (length < maxAnswerBytes) chunks.push(chunk);
    length += chunk.length;
  });
  incoming.on("end", () => {
    const headers = Object.entries(incoming.headers).map(([name, value]) => [name, String(value)] as const);
    const body = Buffer.concat(chunks).subarray(0, maxAnswerBytes).toString("utf8");
    done({ status: incoming.statusCode ?? 0, headers: Object.fromEntries(headers), body });
  });
}
