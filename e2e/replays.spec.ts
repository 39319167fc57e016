import { eventually } from "../test/eventually";
import { expect } from "./support/fixtures";
import { answerOf, type LoggedDelivery, type SteeredShop, test } from "./support/steered-shop";

const replay = ({ account }: SteeredShop, id: string, raw: boolean) =>
  account.control<LoggedDelivery>("POST", `/deliveries/${id}/replay`, { raw });

/** All that the server keeps of an order. */
const record = ({ app, stored }: SteeredShop, orderId: string) => ({
  order: stored(orderId),
  events: app.storedEvents(orderId),
});

test("a delivery that is replayed, raw or freshly signed, is a duplicate and changes nothing", async ({ steered }) => {
  const { orderId, intentId } = await steered.open();
  await steered.account.setStatus(intentId, 20);
  const [first] = await steered.deliveries(intentId, 1);
  expect(first && answerOf(first)).toBe("200 paid");
  await steered.fulfilled(orderId);
  const before = record(steered, orderId);
  expect(before.order.status).toBe("paid");

  for (const raw of [false, true, true, false]) {
    expect(answerOf(await replay(steered, first?.id ?? "", raw)), raw ? "raw" : "signed").toBe("200 duplicate");
  }
  const crowd = await Promise.all([true, false, true, false].map((raw) => replay(steered, first?.id ?? "", raw)));
  expect(crowd.map(answerOf)).toEqual(Array(4).fill("200 duplicate"));
  expect(record(steered, orderId)).toEqual(before);
});

test("a replay of a delivery that was refused or put on hold does not change that", async ({ steered }) => {
  const { orderId, intentId } = await steered.open();
  await steered.account.setStatus(intentId, 20, { amount_cents: 499 });
  const [first] = await steered.deliveries(intentId, 1);
  expect(first && answerOf(first)).toBe("200 needs_review");
  const before = record(steered, orderId);
  for (const raw of [true, false]) await replay(steered, first?.id ?? "", raw);
  expect(record(steered, orderId)).toEqual(before);
  expect(before.order).toMatchObject({ status: "review", attention: ["money_mismatch"] });

  const other = await steered.open("4.08");
  await steered.advance("2s");
  const forged = await steered.deliveries(other.intentId, 5);
  const untouched = record(steered, other.orderId);
  for (const { id } of forged) expect(answerOf(await replay(steered, id, true))).toBe("401");
  expect(record(steered, other.orderId)).toEqual(untouched);
});

test("the very bytes of a delivery are a duplicate for 300 s and refused afterwards", async ({ steered }) => {
  const { orderId, intentId } = await steered.open();
  // AllScale's clock is 292 s behind ours, so what it signs is that old when it arrives.
  await steered.account.control("POST", "/settings", { clockSkewMs: -292_000 });
  await steered.account.setStatus(intentId, 20);
  const [first] = await steered.deliveries(intentId, 1);
  expect(first && answerOf(first)).toBe("200 paid");
  await steered.fulfilled(orderId);
  const before = record(steered, orderId);

  const answers = new Set<string>();
  await eventually(async () => {
    answers.add(answerOf(await replay(steered, first?.id ?? "", true)));
    return answers.has("401") || undefined;
  }, 20_000);
  expect([...answers]).toEqual(["200 duplicate", "401"]);
  expect(answerOf(await replay(steered, first?.id ?? "", false)), "signed again it is new enough").toBe(
    "200 duplicate",
  );
  await steered.account.control("POST", "/settings", { clockSkewMs: 0 });
  expect(record(steered, orderId)).toEqual(before);
});
