import { setTimeout } from "node:timers/promises";
import { type EmulatorClient, TriggerError } from "./emulator-client";
import type { KnownOrder } from "./known-order";
import type { MatrixOrder } from "./matrix-lines";

const needed: readonly MatrixOrder[] = ["settled", "untouched", "crowded", "short", "foreign"];
const longestWaitSeconds = 60;

/** Hands the parts of the matrix out to given orders. */
export function assignOrders(given: readonly KnownOrder[]): Readonly<Record<MatrixOrder, KnownOrder>> {
  const [settled, untouched, crowded, short, foreign] = given;
  if (!(settled && untouched && crowded && short && foreign)) {
    throw new TriggerError(`The matrix needs ${needed.length} unpaid orders, and was given ${given.length}.`);
  }
  return { settled, untouched, crowded, short, foreign };
}

export interface ShopCreate {
  readonly url: string;
  readonly body: string;
  /** Told when the shop wants to be asked again later. */
  readonly onWait: (text: string) => void;
}

/** Has the shop make the orders itself, through its own create route, and finds their intents in the emulator. */
export async function createOrders(emulator: EmulatorClient, shop: ShopCreate): Promise<KnownOrder[]> {
  const known = new Set((await emulator.intents()).map(({ intentId }) => intentId));
  for (let count = 0; count < needed.length; count += 1) await createOne(shop, { mayWait: true });
  const made = (await emulator.intents()).filter(({ intentId }) => !known.has(intentId));
  if (made.length < needed.length) {
    throw new TriggerError(
      `${shop.url} made ${made.length} intents at this emulator instead of ${needed.length}. Does it talk to it?`,
    );
  }
  return made.slice(0, needed.length);
}

async function createOne(shop: ShopCreate, { mayWait }: { mayWait: boolean }): Promise<void> {
  const { url, body } = shop;
  const answer = await fetch(url, {
    method: "POST",
    headers: { "Content-Type": "application/json", Accept: "application/json" },
    body,
    redirect: "manual",
  }).catch(() => {
    throw new TriggerError(
      `Nothing answers at ${url}. Start the shop, or say where it makes orders with --create-url.`,
    );
  });
  if (answer.status === 429) {
    const wait = answer.headers.get("retry-after");
    // A shop that lets few orders be made in a minute would otherwise never get to the last one.
    if (mayWait && wait !== null && /^\d+$/.test(wait) && Number(wait) <= longestWaitSeconds) {
      shop.onWait(`${url} limits how many orders are made: waiting ${wait} s.`);
      await setTimeout(Number(wait) * 1000);
      return createOne(shop, { mayWait: false });
    }
    throw new TriggerError(`${url} limits how many orders are made. Try again in ${wait ?? "some"} s.`);
  }
  if (answer.status >= 400) throw new TriggerError(`${url} answered ${answer.status}: ${await answer.text()}`);
}
