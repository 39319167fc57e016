import type { Account } from "./account";
import { ControlError, type Route, route } from "./control-route";
import { send } from "./deliveries";
import { flag, webUrl } from "./fields";
import { json } from "./http";
import type { Provider } from "./provider";

/** What came in and what went out. */
export function logRoutes<A extends Account>(provider: Provider<A>): readonly Route<A>[] {
  const byTag = Object.fromEntries(Object.keys(provider.tags).map((name) => [name, `Only entries with this ${name}.`]));
  const filter = <T extends Readonly<Record<string, unknown>>>(entries: readonly T[], query: URLSearchParams) =>
    entries.filter((entry) =>
      Object.entries({ ...provider.tags, op: "op" }).every(
        ([name, tag]) => query.get(name) === null || entry[tag] === query.get(name),
      ),
    );
  return [
    route(
      "GET /_emulator/requests",
      "The API requests of the account, oldest first. For a signature that did not match it shows what was expected.",
      {
        query: { op: "Only this operation.", ...byTag, unattributed: "true: those that named no known API key." },
        handle: ({ host, account, query }) => {
          const log = query.get("unattributed") === "true" ? host.unattributed : account.requests;
          const requests = filter(log.list(), query);
          return json(200, { total: requests.length, requests });
        },
      },
    ),
    route(
      "GET /_emulator/deliveries",
      "The webhooks sent, oldest first: request, answer, time and duration of each attempt.",
      {
        query: byTag,
        handle: ({ account, query }) => {
          const deliveries = filter(account.deliveries.list(), query);
          return json(200, { total: deliveries.length, deliveries });
        },
      },
    ),
    route(
      "POST /_emulator/deliveries/{id}/replay",
      "Sends a delivery again with a new timestamp, nonce and signature, and answers how it went.",
      {
        body: {
          raw: flag("The same bytes and headers instead."),
          url: webUrl("Where to send it, if not to where it went."),
        },
        handle: async ({ account, params }, { raw = false, url }) => {
          const delivery = account.deliveries.get(params.id ?? "");
          const request = delivery?.request;
          if (!delivery || !request)
            throw new ControlError("There is no such delivery, or it could not be built.", 404);
          const target = url ?? request.url;
          const build = () => (raw ? { ...request, url: target } : provider.signAgain(account, delivery, target));
          const tags = Object.fromEntries(Object.entries(delivery).filter(([name]) => isTag(name)));
          const kind = raw ? "raw_replay" : "replay";
          return json(200, await send(account, { kind, tags, attempt: delivery.attempt, build }));
        },
      },
    ),
  ];
}

const ownNames = ["id", "kind", "attempt", "at", "request", "state", "answer", "error", "durationMs", "retryInMs"];

function isTag(name: string): boolean {
  return !ownNames.includes(name);
}
