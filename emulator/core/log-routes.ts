import type { Account } from "./account";
import { ControlError, type Route, route } from "./control-route";
import { send } from "./deliveries";
import { flag, webUrl } from "./fields";
import { json } from "./http";
import type { Fields } from "./json";
import type { Provider } from "./provider";

export function logRoutes<A extends Account>(provider: Provider<A>): readonly Route<A>[] {
  const byTag = Object.fromEntries(Object.keys(provider.tags).map((name) => [name, `Only entries with this ${name}.`]));
  const tags = Object.entries({ ...provider.tags, op: "op" });
  const filter = <T extends Fields>(entries: readonly T[], query: URLSearchParams): T[] => {
    const wanted = tags.filter(([name]) => query.has(name));
    return entries.filter((entry) => wanted.every(([name, tag]) => entry[tag] === query.get(name)));
  };
  return [
    route("GET /_emulator/requests", "The API requests, oldest first, with what was expected of a bad signature.", {
      query: { op: "Only this operation.", ...byTag, unattributed: "true: those that named no known API key." },
      handle: ({ host, account, query }) => {
        const log = query.get("unattributed") === "true" ? host.unattributed : account.requests;
        const requests = filter(log.list(), query);
        return json(200, { total: requests.length, requests });
      },
    }),
    route("GET /_emulator/deliveries", "The webhooks sent, oldest first, with the answer to each attempt.", {
      query: byTag,
      handle: ({ account, query }) => {
        const deliveries = filter(account.deliveries.list(), query);
        return json(200, { total: deliveries.length, deliveries });
      },
    }),
    route("POST /_emulator/deliveries/{id}/replay", "Sends a delivery again and answers how it went.", {
      body: {
        raw: flag("The same bytes and headers, not a fresh nonce, time and signature."),
        url: webUrl("Where to send it, if not to where it went."),
      },
      handle: async ({ account, params }, { raw = false, url }) => {
        const delivery = account.deliveries.get(params.id ?? "");
        const request = delivery?.request;
        if (!delivery || !request) throw new ControlError("There is no such delivery, or it could not be built.", 404);
        const target = url ?? request.url;
        const build = () => (raw ? { ...request, url: target } : provider.signAgain(account, delivery, target));
        const kind = raw ? "raw_replay" : "replay";
        return json(200, await send(account, { kind, tags: delivery, attempt: delivery.attempt, build }));
      },
    }),
  ];
}
