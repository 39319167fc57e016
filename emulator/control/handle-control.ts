import { isPlainObject, readJson } from "../api/read-json";
import { header, type RawRequest } from "../http/raw-request";
import { json, type Reply } from "../http/reply";
import type { Account } from "../state/account";
import type { EmulatorState } from "../state/emulator-state";
import { accountRoutes } from "./account-routes";
import { clockRoutes } from "./clock-routes";
import { type ControlRoute, matchParams } from "./control-route";
import { describedRoutes } from "./described-routes";
import { faultRoutes } from "./fault-routes";
import { intentRoutes } from "./intent-routes";
import { logRoutes } from "./log-routes";
import { ControlError, refuseUnknown } from "./read-field";
import { scenarioRoutes } from "./scenario-routes";
import { seedRoutes } from "./seed-routes";

export const controlRoutes: readonly ControlRoute[] = [
  ...describedRoutes(() => controlRoutes),
  ...accountRoutes,
  ...intentRoutes,
  ...scenarioRoutes,
  ...faultRoutes,
  ...clockRoutes,
  ...logRoutes,
  ...seedRoutes,
];

/** Answers a request under /_emulator/. The account is the one of `X-API-Key` or `?api_key=`, else the first one. */
export async function handleControl(state: EmulatorState, request: RawRequest): Promise<Reply> {
  if (isFromElsewhere(request)) return json(403, { error: "Pages of other sites may not control the emulator." });
  const query = new URLSearchParams(request.query);
  const matches = controlRoutes.flatMap((route) => {
    const params = matchParams(route.path, request.path);
    return params === null ? [] : [{ route, params }];
  });
  const match = matches.find(({ route }) => route.method === request.method);
  if (match === undefined) {
    if (matches.length === 0) return json(404, { error: `There is no ${request.path}.` });
    const reply = json(405, { error: `${request.path} does not take ${request.method}.` });
    return { ...reply, headers: { ...reply.headers, Allow: matches.map(({ route }) => route.method).join(", ") } };
  }
  try {
    const account = addressedAccount(state, request, query);
    const body = readBody(request);
    if (match.route.method === "POST") refuseUnknown(body, Object.keys(match.route.body ?? {}));
    return await match.route.handle({ state, account, request, params: match.params, query, body });
  } catch (error) {
    if (error instanceof ControlError) return json(error.status, { error: error.message });
    throw error;
  }
}

/** A browser names the page that sends a request. Any page could else move payments and send webhooks from here. */
function isFromElsewhere(request: RawRequest): boolean {
  const origin = header(request, "origin");
  if (origin === "" || request.method === "GET") return false;
  return !URL.canParse(origin) || new URL(origin).host !== header(request, "host");
}

function addressedAccount(state: EmulatorState, request: RawRequest, query: URLSearchParams): Account {
  const apiKey = header(request, "x-api-key") || query.get("api_key") || state.defaultAccount.apiKey;
  const account = state.accounts.get(apiKey);
  if (account === undefined) throw new ControlError(`There is no account with the API key "${apiKey}".`, 404);
  return account;
}

function readBody(request: RawRequest): Readonly<Record<string, unknown>> {
  if (request.body.length === 0) return {};
  const read = readJson(request.body);
  if (!read.ok || !isPlainObject(read.value)) throw new ControlError("The body must be a JSON object.");
  return read.value;
}
