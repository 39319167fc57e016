import type { MatrixLine } from "./matrix-lines";
import type { OrderState, ReceiverAnswer } from "./receiver";

export interface LineResult {
  readonly name: string;
  /** False also for a line that is not seen. */
  readonly passed: boolean;
  /** What came back, in a few words. */
  readonly seen: string;
  readonly wanted: string;
  /** The hole, when there is one. */
  readonly hole: string | null;
  /** What the receiver has to show for the line to be judged; null when it is judged. */
  readonly unseen: string | null;
}

export interface Observed {
  readonly answers: readonly ReceiverAnswer[];
  /** The order as the last line about it left it; null before the first, or when nobody said where to look. */
  readonly before: OrderState | null;
  readonly after: OrderState | null;
}

export function judgeLine(line: MatrixLine, observed: Observed): LineResult {
  const wrong = [...statusFaults(line, observed), ...settlementFaults(line, observed), ...stateFaults(line, observed)];
  const hasFailed = wrong.length > 0;
  const unseen = hasFailed ? null : missingEvidence(line, observed);
  return {
    name: line.name,
    passed: !hasFailed && unseen === null,
    seen: hasFailed ? wrong.join(", ") : describe(observed),
    wanted: `${line.wantedStatuses.join(" or ")}, ${line.paid ? "paid once" : "not paid"}`,
    hole: hasFailed ? line.hole : null,
    unseen,
  };
}

function describe({ answers }: Observed): string {
  const kinds = new Map<string, number>();
  for (const { status, result, text } of answers) {
    const kind = status === 0 ? text : [status, result].filter((each) => each !== null).join(" ");
    kinds.set(kind, (kinds.get(kind) ?? 0) + 1);
  }
  return [...kinds].map(([kind, count]) => (count === 1 ? kind : `${count} × ${kind}`)).join(", ");
}

/** Copies that come together may also be told to come again or that they are replays; one at least must succeed. */
function statusFaults(line: MatrixLine, observed: Observed): string[] {
  const isCrowd = observed.answers.length > 1;
  const tolerated = isCrowd ? [...line.wantedStatuses, 401, 409, 503] : line.wantedStatuses;
  const allTolerated = observed.answers.every(({ status }) => tolerated.includes(status));
  const oneWanted = observed.answers.some(({ status }) => line.wantedStatuses.includes(status));
  return allTolerated && oneWanted ? [] : [`answered ${describe(observed)}`];
}

interface Settlements {
  readonly atLeast: number;
  /** Whether there cannot be more than that. */
  readonly isExact: boolean;
}

/** How often this line settled its order, by the answers and by the count: the worse of the two is believed. */
function settlementsOf({ answers, before, after }: Observed): Settlements {
  const settling = answers.filter(({ result }) => result === "paid").length;
  const speaks = answers.some(({ result }) => result !== null);
  const allSpeak = speaks && answers.every(({ status, result }) => result !== null || status >= 400);
  const count = after?.settlements ?? null;
  const counted = count === null ? 0 : count - (before?.settlements ?? 0);
  return { atLeast: Math.max(settling, counted), isExact: allSpeak || count !== null };
}

function settlementFaults(line: MatrixLine, observed: Observed): string[] {
  const { atLeast, isExact } = settlementsOf(observed);
  if (line.act.kind === "again") return atLeast === 0 ? [] : ["settled a second time"];
  if (!line.paid) return atLeast === 0 ? [] : ["settled"];
  const isWrong = atLeast > 1 || (isExact && atLeast === 0);
  return isWrong ? [`settled ${atLeast} times`] : [];
}

/** An order that an earlier hole has paid says nothing about later lines, which then go by the answer alone. */
function stateFaults(line: MatrixLine, { before, after }: Observed): string[] {
  if (after === null || after.paid === line.paid || before?.paid === true) return [];
  return [line.paid ? "the order is not paid" : "the order counts as paid"];
}

/** A refusal shows itself by its status, but a 200 does not say what was done. */
function missingEvidence(line: MatrixLine, observed: Observed): string | null {
  if (!line.wantedStatuses.includes(200) || settlementsOf(observed).isExact) return null;
  if (line.act.kind !== "once") {
    return 'To be seen, answers have to say "result": "paid" where they settled, "duplicate" where not; or the state how often, in "settlements".';
  }
  if (observed.after !== null) return null;
  return 'To be seen, the order has to show "paid" at --state-url; or the answer has to say "result": "paid" or "needs_review".';
}
