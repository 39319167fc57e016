import { expect, it } from "vitest";
import { onBothStores, startedOrder } from "@/test/flow-support";
import { lastDelivery, receiveWebhook } from "./receive-webhook";

onBothStores("an authentic delivery", (world) => {
  it("is noted after its answer, at most once a minute, and a false one never", async () => {
    const { shop, process, provider, clock } = world();
    const flow = process();
    const { paymentId } = await startedOrder(flow, shop);
    const seen = () => lastDelivery(flow, provider.name);
    const deliver = () => receiveWebhook(flow, provider, provider.webhook(paymentId));

    await receiveWebhook(flow, provider, { ...provider.webhook(paymentId), headers: new Headers() });
    await flow.runDeferred();
    expect(await seen()).toBeNull();

    const first = clock.now();
    await deliver();
    expect(await seen()).toBeNull();
    await flow.runDeferred();
    expect(await seen()).toBe(first);

    clock.advance(59_000);
    await deliver();
    await flow.runDeferred();
    expect(await seen()).toBe(first);

    clock.advance(1_000);
    await deliver();
    await flow.runDeferred();
    expect(await seen()).toBe(first + 60_000);
  });
});
