import { json, type Reply } from "../http/reply";
import { replay } from "../webhooks/replay";
import { booleanField, type ControlContext, type ControlRoute, stringField } from "./control-route";
import { ControlError, optionalBoolean, optionalString } from "./read-field";

/** What came in and what went out. */
export const logRoutes: readonly ControlRoute[] = [
  {
    method: "GET",
    path: "/_emulator/requests",
    summary: "The API requests of the account, oldest first; a bad signature shows the canonical string expected.",
    query: {
      op: stringField("Only this operation."),
      intent_id: stringField("Only about this intent."),
      unattributed: booleanField("Those whose API key belongs to nobody."),
    },
    handle: listRequests,
  },
  {
    method: "GET",
    path: "/_emulator/deliveries",
    summary: "The webhooks sent, oldest first, each attempt with its request, answer, time and duration.",
    query: { intent_id: stringField("Only about this intent.") },
    handle: listDeliveries,
  },
  {
    method: "POST",
    path: "/_emulator/deliveries/{id}/replay",
    summary: "Sends a delivery again, with a fresh timestamp, nonce and signature, and answers how it went.",
    body: {
      raw: booleanField("The very bytes and headers of then instead."),
      url: stringField("Where to, when not where it went."),
    },
    handle: replayDelivery,
  },
];

function listRequests({ state, account, query }: ControlContext): Reply {
  const log = query.get("unattributed") === "true" ? state.unattributed : account.requests;
  const op = query.get("op");
  const intentId = query.get("intent_id");
  const requests = log
    .list()
    .filter((entry) => (op === null || entry.op === op) && (intentId === null || entry.intentId === intentId));
  return json(200, { total: requests.length, requests });
}

function listDeliveries({ account, query }: ControlContext): Reply {
  const intentId = query.get("intent_id");
  const deliveries = account.deliveries.list().filter((entry) => intentId === null || entry.intentId === intentId);
  return json(200, { total: deliveries.length, deliveries });
}

async function replayDelivery({ account, params, body }: ControlContext): Promise<Reply> {
  const delivery = account.deliveries.get(params.id ?? "");
  if (delivery === undefined) throw new ControlError("There is no such delivery.", 404);
  const url = optionalString(body, "url") ?? null;
  if (url !== null && !(/^https?:\/\//i.test(url) && URL.canParse(url))) {
    throw new ControlError('"url" must be an absolute http or https URL.');
  }
  return json(200, await replay(account, delivery, { raw: optionalBoolean(body, "raw") ?? false, url }));
}
