import type { Case } from "./case";
import { crashDuringDeliveries } from "./crash";
import { healthSaying } from "./outage";
import { startRedisBackend } from "./redis-backend";
import { openShop } from "./shop";

/** SIGKILL of redis-server in the middle of deliveries. The app stays up: it has to refuse, and to heal by itself. */
export const redisKills: Case = {
  name: "redis-kills",
  async run({ report, sizes }) {
    const backend = await startRedisBackend();
    const shop = await openShop(backend.settings);
    try {
      const pid = shop.app.pid();
      for (let kill = 0; kill < sizes.redisKills; kill += 1) {
        await crashDuringDeliveries({
          name: "redis-kills",
          shop,
          report,
          orders: sizes.ordersPerKill,
          crash: () => backend.server.kill(),
          async recover() {
            const { status, json } = await healthSaying(shop, 503);
            report.check("health says 503 while Redis is down", status === 503, { status, code: json.code });
            await backend.server.restart();
          },
        });
      }
      report.check("the app lived through all of it", shop.app.pid() === pid, shop.app.log().slice(-500));
      const audit = await shop.ledger.audit(backend.orders);
      report.row(`${sizes.redisKills} SIGKILLs of redis-server, AOF always`, audit);
    } finally {
      await shop.close();
      await backend.close();
    }
  },
};
