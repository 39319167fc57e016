import { post, type SentRequest } from "./deliveries";
import { isRecord } from "./json";

const words = ["paid", "duplicate", "needs_review", "ignored"] as const;

/** What a receiver answered; status 0 stands for no answer. */
export interface ReceiverAnswer {
  readonly status: number;
  /** The `result` of a JSON answer; null when it has none, or another word than the documented ones. */
  readonly result: (typeof words)[number] | null;
  readonly text: string;
}

export interface OrderState {
  readonly paid: boolean;
  /** How often the order was settled, for receivers that count it. */
  readonly settlements: number | null;
}

/** The state of an order as its shop shows it, or why it could not be read. */
export type StateReading = Readonly<{ state: OrderState | null; problem: string | null }>;

export async function sendTo(request: SentRequest, timeoutMs: number): Promise<ReceiverAnswer> {
  try {
    const { status, body } = await post(request, { timeoutMs });
    return { status, result: resultOf(body), text: body };
  } catch (error) {
    return { status: 0, result: null, text: error instanceof Error ? error.message : String(error) };
  }
}

function resultOf(body: string): ReceiverAnswer["result"] {
  try {
    const value: unknown = JSON.parse(body);
    return words.find((word) => isRecord(value) && word === value.result) ?? null;
  } catch {
    return null;
  }
}

/** Reads the state of an order. A null URL means that it is not looked at. */
export async function readState(url: string | null, timeoutMs: number): Promise<StateReading> {
  if (url === null) return { state: null, problem: null };
  try {
    const signal = AbortSignal.timeout(timeoutMs);
    const answer = await fetch(url, { headers: { Accept: "application/json" }, signal });
    const body: unknown = await answer.json();
    if (!answer.ok || !isRecord(body) || typeof body.paid !== "boolean") {
      return { state: null, problem: `${url} answered ${answer.status} without a field "paid" that is true or false.` };
    }
    const { paid, settlements = null } = body;
    if (settlements !== null && !(Number.isSafeInteger(settlements) && Number(settlements) >= 0)) {
      const given = JSON.stringify(settlements);
      return { state: null, problem: `"settlements" of ${url} has to be a whole number, not ${given}.` };
    }
    return { state: { paid, settlements: settlements === null ? null : Number(settlements) }, problem: null };
  } catch {
    return { state: null, problem: `${url} did not answer with JSON.` };
  }
}
