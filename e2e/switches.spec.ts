import { eventually } from "../test/eventually";
import { expect } from "./support/fixtures";
import { openSteeredShop, type SteeredShop, test } from "./support/steered-shop";

/**
 * The emulator has a setting only where the app runs under more than one of its values: here with each value that is
 * not the default. Native pricing runs with the cents that AllScale's sources disagree about, shown and not.
 */
const FIAT: readonly [string, unknown][] = [
  ["webhookId", "account"],
  ["webhookStatus", "int"],
  ["redelivery", "same_bytes"],
  ["redelivery", "new_id"],
  ["retryGapsMs", [5_000]],
  ["webhookTimeoutMs", 30_000],
  ["clockSkewMs", 200_000],
  ["replayWindowSeconds", 300],
  ["errorShape", "documented"],
  ["errorShape", "observed"],
  ["errorShape", "flat"],
  ["unknownFields", "refuse"],
  ["coinDecimals", 4],
  ["coinDecimals", 18],
  ["acceptedCoinsInResponse", "array"],
  ["acceptedCoinsInResponse", "number"],
  ["statusShape", "object"],
  ["intentLifetimeMs", 60_000],
  ["scenarios", false],
  ["scenarioStepMs", 10],
];
const NATIVE: typeof FIAT = [
  ["nativeAmountCents", true],
  ["nativeAmountCents", false],
];
const SIGNED: typeof FIAT = [["signedResponse", true]];
/** Under these the app runs in other specs, or the emulator's own tests send to the URL. */
const ELSEWHERE = ["webhooks", "webhookUrl", "claimLinkWebhookUrl"];

/** One order is paid by a webhook that has to come twice, one is found by polling, and one create is refused. */
async function worksUnder(shop: SteeredShop): Promise<void> {
  const told = await shop.open("4.03");
  await shop.fault({ op: "webhook", http: 502, times: 1 });
  await shop.account.setStatus(told.intentId, 20);
  const [first] = await shop.deliveries(told.intentId, 1);
  expect(first?.answer?.status).toBe(200);
  await eventually(async () => (await shop.deliveries(told.intentId, 1))[0]?.retryInMs ?? undefined);
  await shop.advance("5s");
  const deliveries = await shop.deliveries(told.intentId, 2);
  expect(deliveries.map(({ answer }) => answer?.status)).toEqual([200, 200]);
  expect(shop.stored(told.orderId)).toMatchObject({ status: "paid", attention: [] });

  const untold = await shop.open();
  await shop.account.setStatus(untold.intentId, 20, { webhook: false });
  await eventually(async () => (await shop.client.order(untold.orderId)).json.paid === true || undefined);
  expect(shop.stored(untold.orderId)).toMatchObject({ status: "paid", attention: [] });

  await shop.fault({ op: "create", code: 30_001, times: 1 });
  const refused = await shop.client.checkout({ amount: "5.00" });
  expect(refused).toMatchObject({ status: 502, json: { code: "provider_refused" } });
}

for (const [title, switches, settings] of [
  ["fiat pricing", FIAT, {}],
  ["native pricing", NATIVE, { ALLSCALE_CURRENCY: "USDT" }],
  ["signed responses", SIGNED, { ALLSCALE_SIGNED_RESPONSES: "true" }],
] as const) {
  test(`the app works with ${title} under every value of every switch`, async () => {
    test.setTimeout(180_000);
    const shop = await openSteeredShop({}, settings);
    for (const [name, value] of switches) {
      await test.step(`${name} ${JSON.stringify(value)}`, async () => {
        await shop.account.control("POST", "/settings", { [name]: value });
        await worksUnder(shop);
        await shop.account.control("POST", "/settings", { [name]: null });
      });
    }
    await shop.close();
  });
}

test("no setting of the emulator is left out", async ({ steered }) => {
  const settings = await steered.account.control<object>("GET", "/settings");
  const tried = new Set([...FIAT, ...NATIVE, ...SIGNED].map(([name]) => name).concat(ELSEWHERE));
  expect(Object.keys(settings).filter((name) => !tried.has(name))).toEqual([]);
});
