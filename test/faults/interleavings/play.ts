import { assertNever } from "@/lib/assert-never";
import { reconcile } from "@/lib/checkout/reconcile";
import type { Order, OrderId } from "@/lib/orders/order";
import type { Audit, StoredOrders } from "../ledger";
import type { Action, Scenario } from "./scenario";
import type { Place } from "./stores";
import { World } from "./world";

const DAY_MS = 24 * 60 * 60 * 1_000;
const BOUNDS = { maxOrders: 100, deadlineMs: 60_000, asksDuringWaits: true };

/** Plays a story from beginning to end and throws where money was lost or invented. Answers what was booked. */
export async function play(place: Place, story: Scenario): Promise<Audit> {
  const { setInterval } = globalThis;
  // Leases are renewed in real time, of which a story has none: work that waits in it is a process that stands still.
  globalThis.setInterval = ((work: () => void) => {
    const timer = setInterval(work, DAY_MS);
    clearInterval(timer);
    return timer;
  }) as typeof setInterval;
  try {
    return await tell(place, story);
  } finally {
    globalThis.setInterval = setInterval;
  }
}

async function tell(place: Place, { prelude, actions, order, ending }: Scenario): Promise<Audit> {
  const world = new World(place);
  await world.run((flow) => world.checkout(flow, 0));
  if (prelude !== "opened") await expire(world);
  if (prelude === "opened_again") await perform(world, { do: "try_again", order: 0 });
  await goOn(world, [0]);
  for (const action of actions) await perform(world, action);
  await goOn(world, order);
  if (world.isQuiet) await everythingIsDelivered(world, { once: true });
  world.crash();
  if (world.errors.length > 0) throw world.errors[0];

  const afterCrash = await audited(world);
  // No create call is taken for being under way any more.
  await world.wait(60_000);
  if (ending === "redelivery") await redeliverAll(world);
  else await reconcileAll(world);
  await everythingIsKnown(world);
  await reconcileAll(world);
  await everythingIsDelivered(world, { once: false });
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
  switch (action.do) {
    case "let":
      return world.turnstile.let(action.pick, action.steps);
    case "checkout":
      return world.start((flow) => world.checkout(flow, action.key));
    case "try_again":
      return withOne([...world.orderIds], action.order, (id) => world.start((flow) => world.tryAgain(flow, id)));
    case "poll":
      return withOne([...world.orderIds], action.order, (id) => world.start((flow) => world.poll(flow, id)));
    case "reconcile":
      // One order at a time, because work at a turnstile waits in one place only.
      return world.start((flow) => reconcile(flow, { ...BOUNDS, maxOrders: 1 }));
    case "status":
      return withOne([...world.model.intents.values()], action.intent, (intent) => {
        if (!intent.confirmed) intent.status = action.status;
      });
    case "pay_silently":
      return withOne([...world.model.intents.values()], action.intent, (intent) => world.pay(intent));
    case "webhook":
      return withOne([...world.model.intents.keys()], action.intent, (id) => {
        const delivery = world.makeDelivery(action.kind, id);
        if (delivery) world.start((flow) => world.receive(flow, delivery));
      });
    case "resend":
      return withOne(world.deliveries, action.delivery, (earlier) => {
        const nonce = action.how === "stolen_nonce" ? earlier.headers["x-webhook-nonce"] : undefined;
        const delivery =
          action.how === "same_bytes" ? earlier : world.makeDelivery(earlier.kind, earlier.intent.id, nonce);
        if (delivery) world.start((flow) => world.receive(flow, delivery));
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
  for (const { id, orderId, confirmed } of [...world.model.intents.values()]) {
    const delivery = confirmed ? world.makeDelivery("right", id) : null;
    if (delivery === null) continue;
    const answer = await world.run((flow) => world.receive(flow, delivery));
    const order = await world.store.get(orderId as OrderId);
    // A payment whose create call was lost in a crash is found by the order's id.
    const expected = order === null ? ["unknown_payment"] : ["paid", "duplicate", "needs_review"];
    if (!expected.includes(answer)) throw new Error(`A redelivery was answered ${answer}.`);
    if (order?.payments.every(({ paymentId }) => paymentId !== id)) throw new Error("A paid payment is not added.");
  }
}

/** No webhook ever comes: the walk finds everything out, and a second one finds nothing more. */
async function reconcileAll(world: World): Promise<void> {
  await world.wait(DAY_MS);
  await world.run((flow) => reconcile(flow, BOUNDS));
  await world.wait(DAY_MS);
  const again = await world.run((flow) => reconcile(flow, BOUNDS));
  if (again.changed > 0) throw new Error(`A second reconciliation changed ${again.changed} orders.`);
}

async function storedOrders(world: World): Promise<Order[]> {
  const orders = await Promise.all([...world.orderIds].map((id) => world.store.get(id)));
  return orders.filter((order) => order !== null);
}

/** Each payment that was truly made, and that an order of ours knows, is paid or kept for the merchant. */
async function everythingIsKnown(world: World): Promise<void> {
  const orders = await storedOrders(world);
  for (const { id, checkoutUrl } of world.handedOut) {
    const order = orders.find((each) => each.id === id);
    if (!order?.payments.some((payment) => payment.checkoutUrl === checkoutUrl)) {
      throw new Error("A payer was sent to a checkout that no order knows.");
    }
  }
  for (const { id, status, payments } of orders) {
    for (const { paymentId, status, onHold } of payments) {
      const made = world.model.intents.get(paymentId)?.confirmed === true;
      if (made && status !== "paid" && !onHold) throw new Error(`A confirmed payment is ${status}.`);
    }
    if (world.seenPaid.has(id) && status !== "paid") throw new Error("An order is paid no more.");
  }
}

/** What is paid is delivered and known to be, and nothing else is. */
async function everythingIsDelivered(world: World, { once }: { once: boolean }): Promise<void> {
  for (const { id, status, effects } of await storedOrders(world)) {
    const times = world.delivered.filter((each) => each === id).length;
    const open = effects.filter(({ doneAt }) => doneAt === null).length;
    const isRight = status === "paid" ? times >= 1 && open === 0 && !(once && times > 1) : times === 0;
    if (!isRight) throw new Error(`An order that is ${status} was delivered ${times} times, and ${open} are open.`);
  }
}

async function audited(world: World): Promise<Audit> {
  const stored: StoredOrders = {
    orders: () => storedOrders(world),
    events: async (orderId) =>
      (await world.store.events(orderId as OrderId)).map(({ from, ...event }) => ({ ...event, from: from ?? "" })),
  };
  const audit = await world.ledger.audit(stored);
  if (audit.complaints.length > 0) throw new Error(audit.complaints.join("; "));
  return audit;
}
