import type { Account } from "./account";
import { accountRoutes } from "./account-routes";
import { type ControlContext, ControlError, matchParams, type Route } from "./control-route";
import { faultRoutes } from "./fault-routes";
import { readFields } from "./fields";
import type { Host } from "./host";
import { header, json, type RawRequest, type Reply } from "./http";
import { isRecord, readJson } from "./json";
import { logRoutes } from "./log-routes";
import { overviewRoutes } from "./overview";
import type { Provider } from "./provider";
import { timeRoutes } from "./time-routes";

export function controlRoutes<A extends Account>(provider: Provider<A>): readonly Route<A>[] {
  return [
    ...overviewRoutes<A>(),
    ...accountRoutes(provider),
    ...provider.routes,
    ...timeRoutes(provider),
    ...faultRoutes(provider),
    ...logRoutes(provider),
  ];
}

/** Answers a request under /_emulator/. It addresses the account of `X-API-Key` or `?api_key=`, else the first one. */
export async function handleControl<A extends Account>(host: Host<A>, request: RawRequest): Promise<Reply> {
  if (isFromOtherSite(request)) return json(403, { error: "Pages of other sites may not control the emulator." });
  const matches = host.routes.flatMap((route) => {
    const params = matchParams(route.path, request.path);
    return params === null ? [] : [{ route, params }];
  });
  const match = matches.find(({ route }) => route.method === request.method);
  if (match === undefined) {
    if (matches.length === 0) return json(404, { error: `There is no ${request.path}.` });
    const reply = json(405, { error: `${request.path} does not take ${request.method}.` });
    return { ...reply, headers: { ...reply.headers, Allow: matches.map(({ route }) => route.method).join(", ") } };
  }
  const { route, params } = match;
  try {
    const query = new URLSearchParams(request.query);
    const context: ControlContext<A> = { host, account: addressedAccount(host, request, query), params, query };
    return await route.handle(context, route.method === "POST" ? bodyOf(route, request) : {});
  } catch (error) {
    if (error instanceof ControlError) return json(error.status, { error: error.message });
    throw error;
  }
}

/** A browser names the page that sends a request. Without this check any page could move payments. */
function isFromOtherSite(request: RawRequest): boolean {
  const origin = header(request, "origin");
  if (origin === "" || request.method === "GET") return false;
  return !URL.canParse(origin) || new URL(origin).host !== header(request, "host");
}

function addressedAccount<A extends Account>(host: Host<A>, request: RawRequest, query: URLSearchParams): A {
  const apiKey = header(request, "x-api-key") || query.get("api_key") || host.firstAccount.apiKey;
  const account = host.accounts.get(apiKey);
  if (account === undefined) throw new ControlError(`There is no account with the API key "${apiKey}".`, 404);
  return account;
}

function bodyOf<A extends Account>(route: Route<A>, request: RawRequest): Readonly<Record<string, unknown>> {
  const read = request.body.length === 0 ? { ok: true, value: {} } : readJson(request.body);
  if (!("value" in read) || !isRecord(read.value)) throw new ControlError("The body must be a JSON object.");
  const fields = readFields(route.body, read.value, route.required);
  if (!fields.ok) throw new ControlError(fields.message);
  return fields.values;
}
