import type { OrderState, ReceiverAnswer } from "./receiver";

export type Slot = "settled" | "untouched" | "crowded" | "short" | "foreign";

export interface MatrixLine {
  readonly name: string;
  readonly slot: Slot;
  /** What to send, and how many copies at once. `again` is the first delivery, signed again as a provider does. */
  readonly variant: string | "again";
  readonly copies?: number;
  /** `repeats` a success without settling, `asks_again` for an order to be stored later, `holds` the wrong money. */
  readonly expects: "settles" | "refuses" | "repeats" | "asks_again" | "holds";
  readonly status: number;
  readonly hole: string;
}

/** `unseen` says why the line could not be judged, `note` what differs without being wrong. */
export type LineResult = Readonly<Record<"name" | "seen" | "wanted", string>> &
  Readonly<Record<"hole" | "unseen" | "note", string | null>> &
  Readonly<{ passed: boolean }>;

type Observed = Readonly<Record<"before" | "after", OrderState | null>> &
  Readonly<{ answers: readonly ReceiverAnswer[]; problem: string | null }>;

type Verdict = { readonly hole: string } | { readonly unseen: string } | { readonly note: string | null };

export function judgeLine(line: MatrixLine, observed: Observed): LineResult {
  const { hole, unseen, note } = { hole: null, unseen: null, note: null, ...judge(line, observed) };
  const isPaidAfter = line.expects === "settles" || line.expects === "repeats";
  const wanted = `${line.status}, ${isPaidAfter ? "paid once" : "not paid"}`;
  const passed = hole === null && unseen === null;
  return { name: line.name, passed, seen: seenOf(observed.answers), wanted, hole, unseen, note };
}

function judge(line: MatrixLine, observed: Observed): Verdict {
  const { answers } = observed;
  const { expects, hole } = line;
  const { atLeast, isExact } = settlementsOf(observed);
  const silent = answers.find(({ status }) => status === 0);
  if (silent !== undefined) return { hole: `It gave no answer: ${silent.text}` };
  if (atLeast > (expects === "settles" ? 1 : 0)) return { hole };
  const crash = answers.find(({ status }) => status >= 500 && status !== 503);
  if (crash !== undefined) return { hole: `It crashes: it answered ${crash.status}.` };
  const areRefused = answers.every(({ status }) => status >= 400);
  const note = difference(line.status, answers);
  switch (expects) {
    case "settles":
      return judgeSettlement(observed, atLeast, isExact);
    case "refuses":
      if (answers.some(({ status }) => status === 503)) return { hole: "It asks for this webhook again." };
      if (areRefused) return { note };
      return isExact ? { note: `${note}, but settled nothing` } : { unseen: howToSee(observed, "paid") };
    case "asks_again":
      return areRefused ? { note } : { hole };
    case "repeats":
      if (answers.every(({ status }) => isSuccess(status))) {
        return isExact ? { note: null } : { unseen: howToSee(observed, "settlements") };
      }
      return { hole: "It does not accept a delivery that it has settled, so the provider keeps sending it." };
    case "holds":
      return areRefused || isExact ? { note } : { unseen: howToSee(observed, "paid") };
  }
}

/** Copies that arrive together may be refused as replays or asked for again, as long as one succeeds. */
function judgeSettlement(observed: Observed, atLeast: number, isExact: boolean): Verdict {
  const { answers, after } = observed;
  const isCrowd = answers.length > 1;
  const isTolerated = ({ status }: ReceiverAnswer) => isSuccess(status) || (isCrowd && status >= 400);
  if (!answers.some(({ status }) => isSuccess(status)) || !answers.every(isTolerated)) {
    return { hole: `It does not accept a correct webhook: it answered ${seenOf(answers)}.` };
  }
  if (after?.paid === false || (atLeast === 0 && isExact))
    return { hole: "A correct webhook does not settle its order." };
  if (atLeast === 1 && (isExact || !isCrowd)) return { note: null };
  return { unseen: howToSee(observed, isCrowd ? "settlements" : "paid") };
}

/** How often this line settled its order, by answers, count and state: the worst counts. Exact: it was not more. */
function settlementsOf({ answers, before, after }: Observed): Readonly<{ atLeast: number; isExact: boolean }> {
  const byResult = answers.filter(({ result }) => result === "paid").length;
  const accepted = answers.filter(({ status }) => status < 400);
  const answersSpeak = accepted.length > 0 && accepted.every(({ result }) => result !== null);
  const count = after?.settlements ?? null;
  const byCount = count === null ? 0 : count - (before?.settlements ?? 0);
  const byState = after?.paid === true && before?.paid !== true ? 1 : 0;
  const isExact = answersSpeak || count !== null || after?.paid === false;
  return { atLeast: Math.max(byResult, byCount, byState), isExact };
}

function isSuccess(status: number): boolean {
  return status >= 200 && status < 300;
}

function difference(wanted: number, answers: readonly ReceiverAnswer[]): string | null {
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

function seenOf(answers: readonly ReceiverAnswer[]): string {
  const kinds = new Map<string, number>();
  for (const { status, result } of answers) {
    const kind = status === 0 ? "no answer" : [status, result].filter((each) => each !== null).join(" ");
    kinds.set(kind, (kinds.get(kind) ?? 0) + 1);
  }
  return [...kinds].map(([kind, count]) => (count === 1 ? kind : `${count} × ${kind}`)).join(", ");
}
