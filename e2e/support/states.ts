/** Each state of an order page, with the status of AllScale that leads to it and the facts it comes with. */
export const STATES = [
  ["pending", 2, {}],
  ["confirming", 10, {}],
  ["review", 4, {}],
  ["refunding", 5, {}],
  ["paid", 20, {}],
  ["underpaid", -3, { actual_paid_amount: "3.000000" }],
  ["rejected", -2, {}],
  ["failed", -1, {}],
  ["canceled", -4, {}],
  ["expired", -5, {}],
] as const satisfies readonly (readonly [string, number, object])[];
export type State = readonly [name: string, status: number, facts: object];
