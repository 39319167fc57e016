import { parseArgs } from "node:util";
import { isSettingName, settingDefinitions } from "./state/settings";

export interface CliOptions {
  readonly port: number;
  readonly host: string;
  readonly apiKey: string;
  readonly apiSecret: string;
  readonly webhookUrl: string | null;
  readonly webhooks: boolean;
  readonly publicUrl: string | null;
  readonly settings: Readonly<Record<string, unknown>>;
  readonly quiet: boolean;
  readonly json: boolean;
}

export type CliResult =
  | { readonly kind: "run"; readonly options: CliOptions }
  | { readonly kind: "help" }
  | { readonly kind: "refused"; readonly message: string };

export const helpText = `AllScale on your laptop: a local AllScale checkout with real signatures and no money.

Usage: allscale-emulator [options]

  --port N            port to listen on, 0 for any free one   (4010)
  --api-key K         API key of the first store              (st_emulator_key)
  --api-secret S      its secret                              (st_emulator_secret_not_for_production)
  --webhook-url URL   where confirmations are sent            (http://localhost:3000/api/webhooks/allscale)
  --no-webhooks       send none
  --set NAME=VALUE    any setting, as often as wanted (see /_emulator/), such as replayWindowSeconds=300
  --public-url URL    base of checkout URLs, when it is not the address listened on
  --host ADDRESS      address to listen on                    (127.0.0.1)
  --allow-remote      needed for an address off this computer: the emulator protects nothing
  --quiet             print no line per request
  --json              print JSON lines
  --help              this text

The control API is described at /_emulator/ once it runs.
`;

const loopback = /^(127(\.\d{1,3}){3}|::1|localhost)$/;

export function parseCli(args: readonly string[]): CliResult {
  let values: ReturnType<typeof parse>;
  try {
    values = parse(args);
  } catch (error) {
    return refused(error instanceof Error ? error.message : String(error));
  }
  if (values.help) return { kind: "help" };
  if (!/^\d{1,5}$/.test(values.port) || Number(values.port) > 65_535) {
    return refused(`--port takes a number from 0 to 65535, not "${values.port}".`);
  }
  if (!loopback.test(values.host) && !values["allow-remote"]) {
    return refused(`${values.host} can be reached from other computers. Add --allow-remote if you mean that.`);
  }
  for (const name of ["webhook-url", "public-url"] as const) {
    const url = values[name];
    if (url !== undefined && url !== "" && !/^https?:\/\//i.test(url)) {
      return refused(`--${name} takes an absolute http or https URL, not "${url}".`);
    }
    if (url !== undefined && url !== "" && !URL.canParse(url)) return refused(`--${name} "${url}" is not a URL.`);
  }
  if (values["api-key"] === "" || values["api-secret"] === "") {
    return refused("--api-key and --api-secret must not be empty.");
  }
  const settings = readSettings(values.set);
  if (settings === null) return refused("--set takes NAME=VALUE, such as replayWindowSeconds=300.");
  return {
    kind: "run",
    options: {
      port: Number(values.port),
      host: values.host,
      apiKey: values["api-key"],
      apiSecret: values["api-secret"],
      webhookUrl: values["webhook-url"] || null,
      webhooks: !values["no-webhooks"],
      settings,
      publicUrl: values["public-url"] || null,
      quiet: values.quiet,
      json: values.json,
    },
  };
}

function readSettings(pairs: readonly string[]): Readonly<Record<string, unknown>> | null {
  const settings: Record<string, unknown> = {};
  for (const pair of pairs) {
    const [, name, text] = /^(\w+)=(.*)$/s.exec(pair) ?? [];
    if (name === undefined || text === undefined) return null;
    settings[name] = readValue(name, text);
  }
  return settings;
}

/** Values are JSON; what is none, or is for a setting that takes only text, is text. */
function readValue(name: string, text: string): unknown {
  if (isSettingName(name) && settingDefinitions[name].parse(text) !== undefined) return text;
  try {
    return JSON.parse(text);
  } catch {
    return text;
  }
}

function refused(message: string): CliResult {
  return { kind: "refused", message };
}

function parse(args: readonly string[]) {
  return parseArgs({
    args: [...args],
    options: {
      port: { type: "string", default: "4010" },
      host: { type: "string", default: "127.0.0.1" },
      "api-key": { type: "string", default: "st_emulator_key" },
      "api-secret": { type: "string", default: "st_emulator_secret_not_for_production" },
      "webhook-url": { type: "string", default: "http://localhost:3000/api/webhooks/allscale" },
      "no-webhooks": { type: "boolean", default: false },
      set: { type: "string", multiple: true, default: [] },
      "public-url": { type: "string" },
      "allow-remote": { type: "boolean", default: false },
      quiet: { type: "boolean", default: false },
      json: { type: "boolean", default: false },
      help: { type: "boolean", default: false },
    },
  }).values;
}
