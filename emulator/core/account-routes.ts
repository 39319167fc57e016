import type { Account, Credentials } from "./account";
import { ControlError, type Route, route } from "./control-route";
import { type FieldTable, flag, readSettings, settingFields, text } from "./fields";
import { json } from "./http";
import type { Provider } from "./provider";

export function accountRoutes<A extends Account>(provider: Provider<A>): readonly Route<A>[] {
  const settings = settingFields(provider.settings);
  const view = ({ apiKey, settings }: A) => ({ apiKey, webhookUrl: settings.webhookUrl, settings });
  const patch = (given: object): object => {
    const read = readSettings(provider.settings, { ...given });
    if (!read.ok) throw new ControlError(read.message);
    return read.values;
  };
  const credentials = { apiKey: text("The API key."), apiSecret: text("The secret that signs for it.") };
  const fields: FieldTable & typeof credentials = { ...settings, ...credentials };
  return [
    route("GET /_emulator/health", "Whether the emulator is up.", {
      handle: ({ host }) => json(200, { status: "ok", url: host.publicUrl, accounts: host.accounts.size }),
    }),
    route("GET /_emulator/accounts", "Every account, without its secret.", {
      handle: ({ host }) => json(200, { accounts: [...host.accounts.values()].map(view) }),
    }),
    route("POST /_emulator/accounts", "Registers an account. A known key keeps what this does not name.", {
      body: fields,
      required: ["apiKey", "apiSecret"],
      handle: ({ host }, { apiKey, apiSecret, ...given }) => {
        const known = host.accounts.get(apiKey);
        const problem = credentialsProblem({ apiKey, apiSecret });
        if (problem !== null) throw new ControlError(problem);
        const changes = patch(given);
        const account = known ?? host.addAccount({ apiKey, apiSecret });
        account.apiSecret = apiSecret;
        account.register(changes);
        return json(known === undefined ? 201 : 200, view(account));
      },
    }),
    route("GET /_emulator/settings", "The settings of the account.", {
      handle: ({ account }) => json(200, account.settings),
    }),
    route("POST /_emulator/settings", "Changes settings until the next reset; null stands for the default.", {
      body: settings,
      handle: ({ account }, given) => {
        account.settings = { ...account.settings, ...patch(given) };
        return json(200, account.settings);
      },
    }),
    route("POST /_emulator/reset", "Back to how the account was registered: empty, in real time, without faults.", {
      body: { all: flag("Every account instead of this one.") },
      handle: ({ host, account }, { all = false }) => {
        const accounts = all ? [...host.accounts.values()] : [account];
        for (const each of accounts) each.reset();
        if (all) host.unattributed.clear();
        return json(200, { reset: accounts.map(({ apiKey }) => apiKey) });
      },
    }),
  ];
}

export function credentialsProblem({ apiKey, apiSecret }: Credentials): string | null {
  if (!/^[\x21-\x7e]{1,256}$/.test(apiKey)) {
    return "apiKey takes 1 to 256 visible ASCII characters, because it is sent as the value of a header.";
  }
  return apiSecret === "" ? "apiSecret must not be empty." : null;
}
