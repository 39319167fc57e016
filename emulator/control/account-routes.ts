import { json } from "../http/reply";
import type { Account } from "../state/account";
import { patchSettings } from "../state/settings";
import type { ControlContext, ControlRoute } from "./control-route";
import { ControlError, optionalBoolean, refuseUnknown, requiredString } from "./read-field";

/** Accounts, their settings and their reset. */
export const accountRoutes: readonly ControlRoute[] = [
  {
    method: "GET",
    path: "/_emulator/health",
    handle: ({ state }) => json(200, { status: "ok", url: state.publicUrl, accounts: state.accounts.size }),
  },
  {
    method: "GET",
    path: "/_emulator/accounts",
    handle: ({ state }) => json(200, { accounts: [...state.accounts.values()].map(accountView) }),
  },
  { method: "POST", path: "/_emulator/accounts", handle: registerAccount },
  { method: "GET", path: "/_emulator/settings", handle: ({ account }) => json(200, account.settings) },
  { method: "POST", path: "/_emulator/settings", handle: changeSettings },
  { method: "POST", path: "/_emulator/reset", handle: reset },
];

/** The secret is left out: whoever registered it has it. */
function accountView(account: Account): Readonly<Record<string, unknown>> {
  return {
    apiKey: account.apiKey,
    webhookUrl: account.webhookUrl,
    intents: account.intents.size,
    settings: account.settings,
  };
}

/** Registers an account, or changes a known one; a known one keeps its intents. */
function registerAccount({ state, body }: ControlContext) {
  const { apiKey: _key, apiSecret: _secret, webhookUrl: givenUrl, ...patch } = body;
  const apiKey = requiredString(body, "apiKey");
  const apiSecret = requiredString(body, "apiSecret");
  const isNew = !state.accounts.has(apiKey);
  const current = state.accounts.get(apiKey)?.settings ?? state.defaultAccount.registeredSettings;
  const patched = patchSettings(current, patch);
  if (!patched.ok) throw new ControlError(patched.message);
  const account = state.register({ apiKey, apiSecret, webhookUrl: readWebhookUrl(givenUrl) });
  account.settings = patched.settings;
  account.registeredSettings = patched.settings;
  return json(isNew ? 201 : 200, accountView(account));
}

export function readWebhookUrl(value: unknown): string | null {
  if (value === undefined || value === null || value === "") return null;
  if (typeof value === "string" && /^https?:\/\//i.test(value) && URL.canParse(value)) return value;
  throw new ControlError('"webhookUrl" must be an absolute http or https URL, or null.');
}

/** Changes settings until the next reset. Null puts one back to its default. */
function changeSettings({ account, body }: ControlContext) {
  const { webhookUrl, ...patch } = body;
  const patched = patchSettings(account.settings, patch);
  if (!patched.ok) throw new ControlError(patched.message);
  if (webhookUrl !== undefined) account.webhookUrl = readWebhookUrl(webhookUrl);
  account.settings = patched.settings;
  return json(200, account.settings);
}

function reset({ state, account, body }: ControlContext) {
  refuseUnknown(body, ["all"]);
  const all = optionalBoolean(body, "all") ?? false;
  const accounts = all ? [...state.accounts.values()] : [account];
  for (const each of accounts) state.reset(each);
  if (all) {
    state.unattributed.clear();
    state.sharedNonces.clear();
  }
  return json(200, { reset: accounts.map(({ apiKey }) => apiKey) });
}
