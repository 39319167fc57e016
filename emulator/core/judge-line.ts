import type { OrderState, ReceiverAnswer } from "./receiver";

/** The orders of a matrix, all unpaid when it starts. */
export type Slot = "settled" | "untouched" | "crowded" | "short" | "foreign";

export interface MatrixLine {
  readonly name: string;
  readonly slot: Slot;
  readonly act:
    | { readonly kind: "once"; readonly variant: string }
    /** Sends the delivery of the first line again, signed anew, as a provider does. */
    | { readonly kind: "again" }
    | { readonly kind: "at_once"; readonly copies: number };
  /**
   * `settles` exactly once; `refuses` a sender that is not to be believed; `repeats` a success without settling;
   * `asks_again` because the order may be stored later; `holds` a true webhook about the wrong money.
   */
  readonly expects: "settles" | "refuses" | "repeats" | "asks_again" | "holds";
  /** The documented status. */
  readonly status: number;
  /** What is wrong with a receiver that fails this line in the way it looks for. */
  readonly hole: string;
}

export interface LineResult {
  readonly name: string;
  readonly passed: boolean;
  /** What came back, in a few words. */
  readonly seen: string;
  readonly wanted: string;
  /** What is wrong, when something is. */
  readonly hole: string | null;
  /** Why the line could not be judged, and how to make it visible. */
  readonly unseen: string | null;
  /** What differs from the documented answer without being wrong. */
  readonly note: string | null;
}

export interface Observed {
  readonly answers: readonly ReceiverAnswer[];
  readonly before: OrderState | null;
  readonly after: OrderState | null;
  /** Why the state could not be read. */
  readonly problem: string | null;
}

type Verdict = { readonly hole: string } | { readonly unseen: string } | { readonly note: string | null };

export function judgeLine(line: MatrixLine, observed: Observed): LineResult {
  const verdict = judge(line, observed);
  const { hole, unseen, note } = { hole: null, unseen: null, note: null, ...verdict };
  const wanted = `${line.status}, ${isPaidAfter(line) ? "paid once" : "not paid"}`;
  return {
    name: line.name,
    passed: hole === null && unseen === null,
    seen: seenOf(observed),
    wanted,
    hole,
    unseen,
    note,
  };
}

function isPaidAfter({ expects }: MatrixLine): boolean {
  return expects === "settles" || expects === "repeats";
}

function judge(line: MatrixLine, observed: Observed): Verdict {
  const { answers } = observed;
  const settled = settlementsOf(observed);
  const silent = answers.find(({ status }) => status === 0);
  if (silent !== undefined) return { hole: `It gave no answer: ${silent.text}` };
  const limit = line.expects === "settles" ? 1 : 0;
  if (settled.atLeast > limit) return { hole: line.hole };
  const crash = answers.find(({ status }) => status >= 500 && status !== 503);
  if (crash !== undefined) return { hole: `It crashes: it answered ${crash.status}.` };
  switch (line.expects) {
    case "refuses":
      return judgeRefusal(line, observed);
    case "asks_again":
      if (answers.some(({ status }) => status < 400)) return { hole: line.hole };
      return { note: difference(line, answers) };
    case "settles":
      return judgeSettlement(observed);
    case "repeats":
      if (answers.some(({ status }) => !isSuccess(status))) {
        return { hole: "It does not accept a delivery that it has settled, so the provider keeps sending it." };
      }
      return settled.isExact ? { note: null } : { unseen: howToSee(observed, "settlements") };
    case "holds":
      if (settled.isExact) return { note: difference(line, answers) };
      return answers.every(({ status }) => status >= 400)
        ? { note: difference(line, answers) }
        : { unseen: howToSee(observed, "paid") };
  }
}

function judgeRefusal(line: MatrixLine, observed: Observed): Verdict {
  const [answer] = observed.answers;
  const status = answer?.status ?? 0;
  if (status === 503) return { hole: "It asks for this webhook again instead of refusing it." };
  if (status >= 400) return { note: status === line.status ? null : difference(line, observed.answers) };
  if (!settlementsOf(observed).isExact) return { unseen: howToSee(observed, "paid") };
  return { note: `answered ${status} where ${line.status} is expected, but settled nothing` };
}

/** Copies that arrive together may be refused as replays or asked for again, as long as one succeeds. */
function judgeSettlement(observed: Observed): Verdict {
  const { answers, after } = observed;
  const isCrowd = answers.length > 1;
  if (!answers.some(({ status }) => isSuccess(status))) {
    return { hole: `It does not accept a correct webhook: it answered ${answers[0]?.status}.` };
  }
  const isTolerated = ({ status }: ReceiverAnswer) => isSuccess(status) || (isCrowd && status >= 400);
  if (!answers.every(isTolerated)) return { hole: "It redirects a correct webhook." };
  const { atLeast, isExact } = settlementsOf(observed);
  if (after !== null && !after.paid) return { hole: "A correct webhook does not settle its order." };
  if (atLeast === 1 && (isExact || !isCrowd)) return { note: null };
  if (isExact) return { hole: "A correct webhook does not settle its order." };
  return { unseen: howToSee(observed, isCrowd ? "settlements" : "paid") };
}

interface Settlements {
  readonly atLeast: number;
  /** Whether there cannot have been more. */
  readonly isExact: boolean;
}

/** How often this line settled its order, by the answers, the count and the state: the worst of them counts. */
function settlementsOf({ answers, before, after }: Observed): Settlements {
  const byResult = answers.filter(({ result }) => result === "paid").length;
  const accepted = answers.filter(({ status }) => status < 400);
  const answersSpeak = accepted.length > 0 && accepted.every(({ result }) => result !== null);
  const count = after?.settlements ?? null;
  const byCount = count === null ? 0 : count - (before?.settlements ?? 0);
  const byState = after?.paid === true && before?.paid !== true ? 1 : 0;
  const isStillUnpaid = after?.paid === false;
  const atLeast = Math.max(byResult, byCount, byState);
  return { atLeast, isExact: answersSpeak || count !== null || isStillUnpaid };
}

function isSuccess(status: number): boolean {
  return status >= 200 && status < 300;
}

function difference({ status: wanted }: MatrixLine, answers: readonly ReceiverAnswer[]): string | null {
  const other = answers.find(({ status }) => status !== wanted);
  if (other === undefined) return null;
  return `${other.status >= 400 ? "refused with" : "answered"} ${other.status} where ${wanted} is expected`;
}

function howToSee({ before, problem }: Observed, needed: "paid" | "settlements"): string {
  if (problem !== null) return problem;
  if (needed === "settlements") {
    return 'To see it, let the answer say "result": "paid" where it settled and "duplicate" where not, or let --state-url show how often, in "settlements".';
  }
  if (before?.paid === true)
    return "An earlier line has paid this order. To see it, name a further unpaid one with --order.";
  return 'To see it, let --state-url show "paid" of the order, or let the answer say "result": "paid" or "needs_review".';
}

function seenOf({ answers }: Observed): string {
  const kinds = new Map<string, number>();
  for (const { status, result } of answers) {
    const kind = status === 0 ? "no answer" : [status, result].filter((each) => each !== null).join(" ");
    kinds.set(kind, (kinds.get(kind) ?? 0) + 1);
  }
  return [...kinds].map(([kind, count]) => (count === 1 ? kind : `${count} × ${kind}`)).join(", ");
}
