import { assertNever } from "@/lib/assert-never";
import type { Audit, StoredOrders } from "../ledger";
import type { Action, Scenario } from "./scenario";
import type { Place } from "./stores";
import { World } from "./world";

const DAY_MS = 24 * 60 * 60 * 1_000;

/** Tells a story from beginning to end and throws where money was lost or invented. Answers what was booked. */
export async function play(place: Place, { prelude, actions, order, ending }: Scenario): Promise<Audit> {
  const world = new World(place);
  await world.checkout(0, false);
  if (prelude !== "opened") await expire(world);
  if (prelude === "opened_again") await perform(world, { do: "try_again", order: 0 });
  await goOn(world, [0]);
  for (const action of actions) await perform(world, action);
  await goOn(world, order);
  world.crash();
  if (world.errors.length > 0) throw world.errors[0];

  const afterCrash = await audited(world);
  if (ending === "redelivery") await redeliverAll(world);
  else await reconcileAll(world);
  await everythingIsKnown(world);
  await audited(world);
  return afterCrash;
}

/** Nothing new happens, and what is under way comes to its end. */
async function goOn({ turnstile }: World, order: readonly number[]): Promise<void> {
  for (let step = 0; turnstile.waiting > 0; step += 1)
    await turnstile.let(order[step % order.length] ?? 0, 1 + (step % 5));
}

async function expire(world: World): Promise<void> {
  await perform(world, { do: "status", intent: 0, status: -5 });
  await perform(world, { do: "poll", order: 0 });
  await goOn(world, [0]);
}

async function perform(world: World, action: Action): Promise<void> {
  const { turnstile } = world;
  const start = (work: () => Promise<unknown>) =>
    turnstile.start(() =>
      work().then(
        () => undefined,
        (error: unknown) => void world.errors.push(error),
      ),
    );
  switch (action.do) {
    case "let":
      return turnstile.let(action.pick, action.steps);
    case "checkout":
      return start(() => world.checkout(action.key));
    case "try_again":
      return withOne([...world.orderIds], action.order, (id) => start(() => world.tryAgain(id)));
    case "poll":
      return withOne([...world.orderIds], action.order, (id) => start(() => world.poll(id)));
    case "reconcile":
      // One order at a time, because a turnstile takes only work that does not fork.
      return start(() => world.reconcile({ maxOrders: 1, deadlineMs: 60_000, asksDuringWaits: true }, true));
    case "status":
      return withOne([...world.model.intents.values()], action.intent, (intent) => {
        if (!intent.confirmed) intent.status = action.status;
      });
    case "pay_silently":
      return withOne([...world.model.intents.values()], action.intent, (intent) => world.pay(intent));
    case "webhook":
      return withOne([...world.model.intents.keys()], action.intent, (id) => {
        const delivery = world.makeDelivery(action.kind, id);
        if (delivery) start(() => world.receive(delivery, true));
      });
    case "resend":
      return withOne(world.deliveries, action.delivery, (earlier) => {
        const nonce = action.how === "stolen_nonce" ? earlier.headers["x-webhook-nonce"] : undefined;
        const delivery =
          action.how === "same_bytes" ? earlier : world.makeDelivery(earlier.kind, earlier.intent.id, nonce);
        if (delivery) start(() => world.receive(delivery, true));
      });
    case "wait":
      return world.wait(action.ms);
    case "crash":
      return world.crash();
    default:
      return assertNever(action);
  }
}

function withOne<T>(items: readonly T[], index: number, use: (item: T) => void): void {
  const item = items[index % Math.max(1, items.length)];
  if (item !== undefined) use(item);
}

/** AllScale sends every confirmation once more, signed at that time. */
async function redeliverAll(world: World): Promise<void> {
  for (const { id, confirmed } of [...world.model.intents.values()]) {
    const delivery = confirmed ? world.makeDelivery("right", id) : null;
    if (delivery === null) continue;
    const outcome = await world.receive(delivery, false);
    const known = await world.store.findByPayment(id as never);
    // A create call whose answer was lost in a crash leaves an intent that nobody was ever shown.
    const expected = known ? ["paid", "duplicate", "needs_review"] : ["unknown_payment"];
    if (!expected.includes(outcome)) throw new Error(`A redelivery was answered ${outcome}.`);
  }
}

/** No webhook ever comes: the walk finds everything out, and a second one finds nothing more. */
async function reconcileAll(world: World): Promise<void> {
  const bounds = { maxOrders: 100, deadlineMs: 60_000, asksDuringWaits: true };
  await world.wait(DAY_MS);
  await world.reconcile(bounds, false);
  await world.wait(DAY_MS);
  const again = await world.reconcile(bounds, false);
  if (again.changed > 0) throw new Error(`A second reconciliation changed ${again.changed} orders.`);
}

/** Each payment that was truly made, and that an order of ours knows, is paid or kept for the merchant. */
async function everythingIsKnown(world: World): Promise<void> {
  for (const { id, checkoutUrl } of world.handedOut) {
    const order = await world.store.get(id);
    const known = order?.attempts.some((attempt) => attempt.checkoutUrl === checkoutUrl);
    if (!known) throw new Error("A payer was sent to a checkout that no order knows.");
  }
  for (const id of world.orderIds) {
    const order = await world.store.get(id);
    if (order === null) continue;
    for (const { paymentId, status, held } of order.attempts) {
      const made = world.model.intents.get(paymentId)?.confirmed === true;
      if (made && status !== "paid" && !held) throw new Error(`A confirmed payment is ${status}.`);
    }
    if (world.seenPaid.has(id) && order.status !== "paid") throw new Error("An order is paid no more.");
  }
}

async function audited(world: World): Promise<Audit> {
  const stored: StoredOrders = {
    async orders() {
      const orders = await Promise.all([...world.orderIds].map((id) => world.store.get(id)));
      return orders.filter((order) => order !== null);
    },
    events: async (orderId) =>
      (await world.store.events(orderId as never)).map(({ from, ...event }) => ({ ...event, from: from ?? "" })),
  };
  const audit = await world.ledger.audit(stored);
  if (audit.complaints.length > 0) throw new Error(audit.complaints.join("; "));
  return audit;
}
