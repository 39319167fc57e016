import { post, type SentRequest } from "./deliveries";
import { isRecord, parseJson } from "./json";

const words = ["paid", "duplicate", "needs_review", "ignored"] as const;

/** What a receiver answered. Status 0: no answer. `result` is null for other words than the documented ones. */
export type ReceiverAnswer = Readonly<{ status: number; result: (typeof words)[number] | null; text: string }>;
/** `settlements`: how often the order was settled, for receivers that count it. */
export type OrderState = Readonly<{ paid: boolean; settlements: number | null }>;
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
  const value = parseJson(body);
  return words.find((word) => isRecord(value) && word === value.result) ?? null;
}

export async function readState(url: string | null, timeoutMs: number): Promise<StateReading> {
  if (url === null) return { state: null, problem: null };
  const unread = (problem: string): StateReading => ({ state: null, problem: `${url} ${problem}.` });
  try {
    const signal = AbortSignal.timeout(timeoutMs);
    const answer = await fetch(url, { headers: { Accept: "application/json" }, signal });
    const body: unknown = await answer.json();
    if (!answer.ok || !isRecord(body) || typeof body.paid !== "boolean") {
      return unread(`answered ${answer.status} without a field "paid" that is true or false`);
    }
    const { paid, settlements = null } = body;
    if (settlements === null) return { state: { paid, settlements }, problem: null };
    const count = Number.isSafeInteger(settlements) ? Number(settlements) : -1;
    if (count < 0) return unread(`shows "settlements" that are no whole number: ${JSON.stringify(settlements)}`);
    return { state: { paid, settlements: count }, problem: null };
  } catch {
    return unread("did not answer with JSON");
  }
}
