import fc from "fast-check";

/** One step of a story. Numbers choose among what there is at that step, so that every story can be played. */
export type Action =
  | { readonly do: "let"; readonly pick: number; readonly steps: number }
  | { readonly do: "checkout"; readonly key: number | null }
  | { readonly do: "try_again"; readonly order: number }
  | { readonly do: "status"; readonly intent: number; readonly status: number }
  /** Paid at AllScale, and no webhook comes. */
  | { readonly do: "pay_silently"; readonly intent: number }
  | { readonly do: "webhook"; readonly intent: number; readonly kind: "right" | "wrong_money" | "forged" }
  | { readonly do: "resend"; readonly delivery: number; readonly how: "same_bytes" | "signed_again" | "stolen_nonce" }
  | { readonly do: "poll"; readonly order: number }
  | { readonly do: "reconcile" }
  | { readonly do: "wait"; readonly ms: number }
  | { readonly do: "crash" };

export type Scenario = {
  /** Where the first order stands when the story begins: opened; expired; expired, and opened once more. */
  readonly prelude: "opened" | "expired" | "opened_again";
  readonly actions: readonly Action[];
  /** Which work goes on when nothing new happens any more, over and over. */
  readonly order: readonly number[];
  /** How what is still unknown at the end becomes known. */
  readonly ending: "redelivery" | "reconciliation";
};

const index = fc.nat(7);
/** The one that came last to the turnstile. */
const NEWEST = -1;

/** Every status of protocol §6 but "confirmed", which comes with money. */
const STATUSES = [-5, -4, -3, -2, -1, 2, 3, 4, 5, 10];

const action: fc.Arbitrary<Action> = fc.oneof(
  { weight: 30, arbitrary: fc.record({ do: fc.constant("let"), pick: index, steps: fc.integer({ min: 1, max: 9 }) }) },
  { weight: 3, arbitrary: fc.record({ do: fc.constant("pay_silently"), intent: index }) },
  {
    weight: 7,
    arbitrary: fc.record({
      do: fc.constant("webhook"),
      intent: index,
      kind: fc.constantFrom("right", "right", "right", "wrong_money", "forged"),
    }),
  },
  {
    weight: 4,
    arbitrary: fc.record({
      do: fc.constant("resend"),
      delivery: index,
      how: fc.constantFrom("same_bytes", "signed_again", "stolen_nonce"),
    }),
  },
  { weight: 4, arbitrary: fc.record({ do: fc.constant("poll"), order: index }) },
  { weight: 2, arbitrary: fc.record({ do: fc.constant("reconcile") }) },
  {
    weight: 3,
    arbitrary: fc.record({ do: fc.constant("status"), intent: index, status: fc.constantFrom(...STATUSES) }),
  },
  {
    weight: 2,
    arbitrary: fc.record({ do: fc.constant("checkout"), key: fc.option(fc.nat(1), { nil: null }) }),
  },
  { weight: 2, arbitrary: fc.record({ do: fc.constant("try_again"), order: index }) },
  {
    weight: 2,
    arbitrary: fc.record({ do: fc.constant("wait"), ms: fc.constantFrom(1_000, 5_000, 60_000, 400_000, -3_600_000) }),
  },
  { weight: 2, arbitrary: fc.record({ do: fc.constant("crash") }) },
);

/** A poll that has learned of an end is kept waiting while the money arrives, which few random stories have. */
const overtakenPoll: fc.Arbitrary<readonly Action[]> = fc
  .record({ intent: index, order: index, status: fc.constantFrom(...STATUSES), steps: fc.integer({ min: 5, max: 9 }) })
  .map(({ intent, order, status, steps }) => [
    { do: "status", intent, status },
    { do: "wait", ms: 20_000 },
    { do: "poll", order },
    { do: "let", pick: NEWEST, steps },
    { do: "webhook", intent, kind: "right" },
    { do: "let", pick: NEWEST, steps: 20 },
  ]);

/** A second payment whose answer is about to be stored while the first one turns out to be paid. */
const overtakenPayment: fc.Arbitrary<readonly Action[]> = fc
  .record({ intent: index, order: index, status: fc.constantFrom(-5, -4, -1), steps: fc.integer({ min: 5, max: 18 }) })
  .map(({ intent, order, status, steps }) => [
    { do: "status", intent, status },
    { do: "wait", ms: 20_000 },
    { do: "poll", order },
    { do: "let", pick: NEWEST, steps: 20 },
    { do: "try_again", order },
    { do: "let", pick: NEWEST, steps },
    { do: "webhook", intent, kind: "right" },
    { do: "let", pick: NEWEST, steps: 20 },
  ]);

const passage = fc.oneof(
  { weight: 20, arbitrary: action.map((each): readonly Action[] => [each]) },
  { weight: 1, arbitrary: overtakenPoll },
  { weight: 1, arbitrary: overtakenPayment },
);

export const scenario: fc.Arbitrary<Scenario> = fc.record({
  prelude: fc.constantFrom("opened", "expired", "opened_again"),
  actions: fc.array(passage, { minLength: 5, maxLength: 60, size: "max" }).map((passages) => passages.flat()),
  order: fc.array(index, { minLength: 4, maxLength: 4 }),
  ending: fc.constantFrom("redelivery", "reconciliation"),
});
