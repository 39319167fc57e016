import fc from "fast-check";

/** One step of a story. Numbers choose among what there is when the step is reached, so that every story can be told. */
export type Action =
  | { readonly do: "let"; readonly pick: number }
  | { readonly do: "checkout"; readonly key: number | null }
  | { readonly do: "try_again"; readonly order: number }
  | { readonly do: "status"; readonly intent: number; readonly status: number }
  | { readonly do: "webhook"; readonly intent: number; readonly kind: "right" | "wrong_money" | "forged" }
  | { readonly do: "resend"; readonly delivery: number; readonly how: "same_bytes" | "signed_anew" | "stolen_nonce" }
  | { readonly do: "poll"; readonly order: number }
  | { readonly do: "reconcile" }
  | { readonly do: "wait"; readonly ms: number }
  | { readonly do: "crash" };

export type Scenario = {
  readonly actions: readonly Action[];
  /** How what is still unknown at the end becomes known. */
  readonly ending: "redelivery" | "reconciliation";
};

const index = fc.nat(7);

/** Every status of protocol §6 but "confirmed", which comes with money. */
const STATUSES = [-5, -4, -3, -2, -1, 2, 3, 4, 5, 10];

const action: fc.Arbitrary<Action> = fc.oneof(
  { weight: 24, arbitrary: fc.record({ do: fc.constant("let"), pick: index }) },
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
      how: fc.constantFrom("same_bytes", "signed_anew", "stolen_nonce"),
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
  { weight: 2, arbitrary: fc.record({ do: fc.constant("wait"), ms: fc.constantFrom(1_000, 5_000, 60_000, 400_000) }) },
  { weight: 2, arbitrary: fc.record({ do: fc.constant("crash") }) },
);

export const scenario: fc.Arbitrary<Scenario> = fc.record({
  actions: fc.array(action, { minLength: 5, maxLength: 60, size: "max" }),
  ending: fc.constantFrom("redelivery", "reconciliation"),
});
