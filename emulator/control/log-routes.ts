import { json } from "../http/reply";
import type { ControlContext, ControlRoute } from "./control-route";

/** What came in and what went out. */
export const logRoutes: readonly ControlRoute[] = [
  { method: "GET", path: "/_emulator/requests", handle: listRequests },
  { method: "GET", path: "/_emulator/deliveries", handle: listDeliveries },
];

/** Oldest first. `unattributed=true` shows requests whose API key belongs to nobody. */
function listRequests({ state, account, query }: ControlContext) {
  const log = query.get("unattributed") === "true" ? state.unattributed : account.requests;
  const op = query.get("op");
  const intentId = query.get("intent_id");
  const requests = log
    .list()
    .filter((entry) => (op === null || entry.op === op) && (intentId === null || entry.intentId === intentId));
  return json(200, { total: requests.length, requests });
}

/** Oldest first. */
function listDeliveries({ account, query }: ControlContext) {
  const intentId = query.get("intent_id");
  const deliveries = account.deliveries.list().filter((entry) => intentId === null || entry.intentId === intentId);
  return json(200, { total: deliveries.length, deliveries });
}
