import { expect, it } from "vitest";
import { onSqlite, startedOrder } from "@/test/flow-support";
import { findOrders } from "./find-orders";

onSqlite("a search of the merchant", (world) => {
  it.each(["5.00", "$5.00", "5,00 €", " US$ 5.00", "5.00 USDT"])("finds an amount written as %s", async (text) => {
    const flow = world().process();
    const { order } = await startedOrder(flow, world().shop);
    const { orders } = await findOrders(flow.store, { filter: "all", text, cursor: null }, 5);
    expect(orders.map(({ id }) => id)).toEqual([order.id]);
  });
});
