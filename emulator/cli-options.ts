import { parseArgs } from "node:util";
import { settingFromText } from "./core/fields";
import { defaultProvider, providerNamed, providerNames } from "./providers";

const { defaults: defaultCredentials } = providerNamed(defaultProvider);

export const helpText = `AllScale on your laptop: a local AllScale checkout with real signatures and no money.

Usage: allscale-emulator [options]

  --provider NAME     ${providerNames.join(", ")}: who to stand in for (${defaultProvider})
  --port N            port to listen on, 0 for any free one   (4010)
  --api-key K         API key of the first store              (${defaultCredentials.apiKey})
  --api-secret S      its secret                              (${defaultCredentials.apiSecret})
  --webhook-url URL   where confirmations are sent            (http://localhost:3000/api/webhooks/NAME)
  --set NAME=VALUE    any setting, as often as wanted (see /_emulator/), such as replayWindowSeconds=300
  --public-url URL    base of checkout URLs, when it is not the address listened on
  --host ADDRESS      address to listen on                    (127.0.0.1)
  --allow-remote      needed for an address off this computer: the emulator protects nothing
  --quiet             print no line per request
  --help              this text

The control API is described at /_emulator/ once it runs.
`;

/** Reads the command line; throws a sentence for what it does not take. What the values must be, the start checks. */
export function parseCli(args: readonly string[]) {
  const { values } = parseArgs({
    args: [...args],
    options: {
      provider: { type: "string", default: defaultProvider },
      port: { type: "string", default: "4010" },
      host: { type: "string", default: "127.0.0.1" },
      "api-key": { type: "string" },
      "api-secret": { type: "string" },
      "webhook-url": { type: "string" },
      set: { type: "string", multiple: true, default: [] },
      "public-url": { type: "string" },
      "allow-remote": { type: "boolean", default: false },
      quiet: { type: "boolean", default: false },
      help: { type: "boolean", default: false },
    },
  });
  const { provider } = values;
  const { title, defaults, settings } = providerNamed(provider);
  const given: Record<string, unknown> = {};
  for (const pair of values.set) {
    const [, name, written = ""] = /^(\w+)=(.*)$/s.exec(pair) ?? [];
    if (name === undefined) throw new Error("--set takes NAME=VALUE, such as replayWindowSeconds=300.");
    given[name] = settingFromText(settings, name, written);
  }
  const { host, quiet, help, "public-url": publicUrl, "allow-remote": allowRemote } = values;
  const { "api-key": apiKey = defaults.apiKey, "api-secret": apiSecret = defaults.apiSecret } = values;
  const { "webhook-url": webhookUrl = `http://localhost:3000/api/webhooks/${provider}` } = values;
  const place = { port: values.port === "" ? Number.NaN : Number(values.port), host, allowRemote };
  const urls = { webhookUrl: webhookUrl || null, ...(publicUrl !== undefined && { publicUrl }) };
  return { help, quiet, title, start: { provider, ...place, apiKey, apiSecret, ...urls, settings: given } };
}
