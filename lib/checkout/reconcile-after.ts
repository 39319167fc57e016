import "server-only";
import { after } from "next/server";
import { log } from "@/lib/log";
import { getServices } from "@/lib/services";
import { reconcile } from "./reconcile";

const A_FEW = { maxOrders: 5, deadlineMs: 15_000, asksDuringWaits: false };
const AT_MOST_EVERY_MS = 5_000;

let lastStarted = 0;

/**
 * Lets a page view carry a little of the reconciliation, after its answer was sent: where the scheduler comes once a day,
 * visits find late money sooner. It never delays or breaks the page.
 */
export function reconcileAfterResponse(): void {
  const { store, provider, now } = getServices();
  if (store === null || provider === null || now() - lastStarted < AT_MOST_EVERY_MS) return;
  lastStarted = now();
  after(async () => {
    try {
      const result = await reconcile({ store, provider, now }, A_FEW);
      if (result.checked > 0) log.info("reconciled", { trigger: "visit", ...result });
    } catch (error) {
      log.error("reconcile_failed", error);
    }
  });
}
