import { writeSync } from "node:fs";
import { createInterface } from "node:readline";
import type { OrderId } from "@/lib/orders/order";
import { StoreUnavailableError } from "@/lib/orders/order-store";
import { openSqliteOrderStore } from "@/lib/orders/sqlite-order-store";
import { newer, nextWrite, sampleEvent, sampleOrder, sampleWrite } from "./sample-order";

/**
 * A process of its own for tests of the SQLite store: `store-child.ts PATH increment ORDER_ID COUNT` or `PATH write`.
 * It says "ready", waits for a line, and works. Lines are written synchronously: one that was read was acknowledged.
 */
const [path = "", task, orderId = "", count = "0"] = process.argv.slice(2);
const store = openSqliteOrderStore({ path });
const say = (line: string) => writeSync(1, `${line}\n`);

/** Raises the version that many times, starting over when another process was faster or kept the file. */
async function increment(id: OrderId, times: number): Promise<void> {
  let conflicts = 0;
  for (let done = 0; done < times; ) {
    const order = await store.get(id);
    if (!order) throw new Error("There is no such order.");
    const replacing = store.replace(nextWrite(order));
    const outcome = await replacing.catch((error: unknown) => {
      if (error instanceof StoreUnavailableError) return "busy";
      throw error;
    });
    if (outcome === "replaced") done += 1;
    else conflicts += 1;
  }
  say(`conflicts ${conflicts}`);
}

async function write(): Promise<never> {
  for (;;) {
    const order = sampleOrder();
    await store.insert(sampleWrite(order, { dueAt: 1 }));
    say(`${order.id} 1`);
    const paid = newer(order, { status: "paid" });
    await store.replace(sampleWrite(paid, { previous: order, event: sampleEvent({ to: "paid" }) }));
    say(`${order.id} 2`);
  }
}

const input = createInterface({ input: process.stdin });
input.once("line", async () => {
  input.close();
  await store.check();
  if (task === "write") await write();
  if (task === "increment") await increment(orderId as OrderId, Number(count));
  await store.close();
  process.exit(0);
});
say("ready");
