import { json, type Reply } from "../http/reply";
import type { Account } from "../state/account";
import { defaultSettings, patchSettings, settingDefinitions, settingNames } from "../state/settings";
import { booleanField, type ControlContext, type ControlRoute, type JsonSchema, stringField } from "./control-route";
import { ControlError, optionalBoolean, requiredString } from "./read-field";

const settingFields: Readonly<Record<string, JsonSchema>> = Object.fromEntries(
  settingNames.map((name) => {
    const { schema, about, default: byDefault } = settingDefinitions[name];
    return [name, { anyOf: [schema, { type: "null" }], default: byDefault, description: about }];
  }),
);
const webhookUrlField = { type: ["string", "null"], description: "Where confirmations are sent; null for nowhere." };

/** Accounts, their settings and their reset. */
export const accountRoutes: readonly ControlRoute[] = [
  {
    method: "GET",
    path: "/_emulator/health",
    summary: "Whether the emulator is up.",
    handle: ({ state }) => json(200, { status: "ok", url: state.publicUrl, accounts: state.accounts.size }),
  },
  {
    method: "GET",
    path: "/_emulator/accounts",
    summary: "Every account, without its secret.",
    handle: ({ state }) => json(200, { accounts: [...state.accounts.values()].map(accountView) }),
  },
  {
    method: "POST",
    path: "/_emulator/accounts",
    summary:
      "Registers an account, or registers a known one anew, which keeps its intents and whatever is not named. Takes every setting.",
    body: {
      apiKey: stringField("The API key."),
      apiSecret: stringField("The secret that signs for it."),
      webhookUrl: webhookUrlField,
      ...settingFields,
    },
    required: ["apiKey", "apiSecret"],
    handle: registerAccount,
  },
  {
    method: "GET",
    path: "/_emulator/settings",
    summary: "The settings of the account.",
    handle: ({ account }) => json(200, settingsView(account)),
  },
  {
    method: "POST",
    path: "/_emulator/settings",
    summary: "Changes settings until the next reset; null puts one back to its default.",
    body: { webhookUrl: webhookUrlField, ...settingFields },
    handle: changeSettings,
  },
  {
    method: "POST",
    path: "/_emulator/reset",
    summary: "Puts the account back to how it was registered: no intents, faults, logs or schedules, and real time.",
    body: { all: booleanField("Every account, not only this one.") },
    handle: reset,
  },
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

/**
 * A new account starts with the defaults: what the emulator was started with is for its first account. A known one goes back
 * to what it was registered with, with these changes.
 */
function registerAccount({ state, body }: ControlContext): Reply {
  const { apiKey: _key, apiSecret: _secret, webhookUrl: givenUrl, ...patch } = body;
  const apiKey = requiredString(body, "apiKey");
  const apiSecret = requiredString(body, "apiSecret");
  const known = state.accounts.get(apiKey);
  const before = known?.registration ?? { settings: defaultSettings(), webhookUrl: null };
  const webhookUrl = givenUrl === undefined ? before.webhookUrl : readWebhookUrl(givenUrl);
  const patched = patchSettings(before.settings, patch);
  if (!patched.ok) throw new ControlError(patched.message);
  const account = known ?? state.addAccount({ apiKey, apiSecret, webhookUrl });
  account.apiSecret = apiSecret;
  account.register({ settings: patched.settings, webhookUrl });
  return json(known === undefined ? 201 : 200, accountView(account));
}

function readWebhookUrl(value: unknown): string | null {
  if (value === null || value === "") return null;
  if (typeof value === "string" && /^https?:\/\//i.test(value) && URL.canParse(value)) return value;
  throw new ControlError('"webhookUrl" must be an absolute http or https URL, or null.');
}

function changeSettings({ account, body }: ControlContext): Reply {
  const { webhookUrl, ...patch } = body;
  const patched = patchSettings(account.settings, patch);
  if (!patched.ok) throw new ControlError(patched.message);
  if (webhookUrl !== undefined) account.webhookUrl = readWebhookUrl(webhookUrl);
  account.settings = patched.settings;
  return json(200, settingsView(account));
}

function settingsView({ webhookUrl, settings }: Account): Readonly<Record<string, unknown>> {
  return { webhookUrl, ...settings };
}

function reset({ state, account, body }: ControlContext): Reply {
  const all = optionalBoolean(body, "all") ?? false;
  const accounts = all ? [...state.accounts.values()] : [account];
  for (const each of accounts) state.reset(each);
  if (all) {
    state.unattributed.clear();
    state.sharedNonces.clear();
  }
  return json(200, { reset: accounts.map(({ apiKey }) => apiKey) });
}
