import type { PaymentStatus } from "@/lib/orders/status";
import type { TestId } from "../test-ids";
import type { OrderWords } from "./order-words";

/** How many of the three steps are behind us; null where the list would promise what may not come. */
function stepsDone(status: PaymentStatus): number | null {
  if (status === "pending") return 1;
  return status === "confirming" || status === "review" ? 2 : null;
}

/** What has happened and what comes next, for the time of waiting. */
export function Steps({ status, words }: { status: PaymentStatus; words: OrderWords["steps"] }) {
  const done = stepsDone(status);
  if (done === null) return null;
  return (
    <ol className="steps" aria-label={words.label} data-testid={"order-steps" satisfies TestId}>
      {[words.made, words.seen, words.confirmed].map((step, index) => (
        <li key={step} data-done={index < done} aria-current={index === done ? "step" : undefined}>
          {step}
          {index < done && <span className="sr">, {words.done}</span>}
        </li>
      ))}
    </ol>
  );
}
