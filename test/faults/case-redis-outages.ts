import { eventually } from "@/test/eventually";
import type { Case } from "./case";
import type { GatewayFault } from "./gateway";
import { checkHealing, checkStoreOutage, lookAround } from "./outage";
import { type RedisBackend, startRedisBackend } from "./redis-backend";
import type { Report } from "./report";
import { inParallel, openShop, type Shop } from "./shop";

/** `readable`: only writing is refused. */
type Outage = { readonly name: string; readonly readable: boolean; begin(): unknown; end(): unknown };

const GATEWAY_FAULTS: readonly GatewayFault[] = ["lost_answer", "reset", "html", "error", "unauthorized"];

/** Redis in all the ways in which it does not answer, or answers something else. */
export const redisOutages: Case = {
  name: "redis-outages",
  async run({ report }) {
    const backend = await startRedisBackend();
    const shop = await openShop(backend.settings);
    try {
      for (const outage of outagesOf(backend)) {
        const orderId = await shop.openOrder();
        await outage.begin();
        const { name, readable } = outage;
        checkStoreOutage({ report, name, readable, sight: await lookAround(shop, orderId, { health: 503 }) });
        await outage.end();
        await checkHealing({ report, name, shop, orderId });
      }
      await slowRedis({ report, shop, backend });
      await flappingRedis({ report, shop, backend });
      report.row("Redis out of order in 9 ways, slow, and flapping", await shop.ledger.audit(backend.orders));
    } finally {
      await shop.close();
      await backend.close();
    }
  },
};

function outagesOf({ server, gateway, orders: { redis } }: RedisBackend): Outage[] {
  let pid = 0;
  const byGateway = GATEWAY_FAULTS.map((fault) => ({
    name: `Redis ${fault}`,
    readable: false,
    begin: () => {
      gateway.fault = fault;
    },
    end: () => {
      gateway.fault = "none";
    },
  }));
  return [
    ...byGateway,
    { name: "Redis killed", readable: false, begin: () => server.kill(), end: () => server.restart() },
    {
      name: "Redis out of memory",
      readable: true,
      begin: () => redis.config("SET", "maxmemory", "1"),
      end: () => redis.config("SET", "maxmemory", "0"),
    },
    {
      name: "Redis a read-only replica",
      readable: true,
      begin: () => redis.replicaof("127.0.0.1", 1),
      end: () => redis.replicaof("NO", "ONE"),
    },
    {
      name: "Redis frozen",
      readable: false,
      begin: async () => {
        pid = Number(/process_id:(\d+)/.exec(await redis.info("server"))?.[1]);
        process.kill(pid, "SIGSTOP");
      },
      end: () => process.kill(pid, "SIGCONT"),
    },
  ];
}

/** Slow is not down: as long as each call stays under its limit of 3 s, everything works. */
async function slowRedis({ report, shop, backend }: { report: Report; shop: Shop; backend: RedisBackend }) {
  const orderId = await shop.openOrder();
  backend.gateway.fault = "slow";
  const { webhook, health, checkout } = await lookAround(shop, orderId, { health: 200 });
  backend.gateway.fault = "none";
  report.check("Redis slow: the webhook settles", webhook.result === "paid", webhook);
  report.check("Redis slow: health is 200", health.status === 200, health.text);
  report.check("Redis slow: a checkout is opened", checkout.status === 201, checkout.text);
}

/** Redis dies again and again while deliveries are repeated, as AllScale may, until each is acknowledged. */
async function flappingRedis({ report, shop, backend }: { report: Report; shop: Shop; backend: RedisBackend }) {
  const orderIds = await shop.openOrders(30);
  let left = orderIds.length;
  const flapping = (async () => {
    for (let turn = 0; turn < 5 && left > 0; turn += 1) {
      await backend.server.kill();
      await backend.server.restart();
    }
  })();
  await inParallel(orderIds, 6, async (orderId) => {
    const delivery = shop.delivery("right", orderId);
    const done = await eventually(
      async () => ((await shop.deliver(delivery)).status === 200 ? true : undefined),
      30_000,
    ).catch(() => false);
    left -= 1;
    report.check("Redis flapping: a delivery that is repeated gets through", done, orderId);
  });
  await flapping;
}
