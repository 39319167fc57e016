import { parseArgs } from "node:util";
import { defaultCredentials } from "./allscale/provider";
import { settings } from "./allscale/settings";
import { isWebUrl, settingFromText } from "./core/fields";

export interface CliOptions {
  readonly port: number;
  readonly host: string;
  readonly allowRemote: boolean;
  readonly apiKey: string;
  readonly apiSecret: string;
  readonly webhookUrl: string | null;
  readonly publicUrl?: string;
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
  --api-key K         API key of the first store              (${defaultCredentials.apiKey})
  --api-secret S      its secret                              (${defaultCredentials.apiSecret})
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
  for (const name of ["webhook-url", "public-url"] as const) {
    const url = values[name];
    if (url && !isWebUrl(url)) return refused(`--${name} takes an absolute http or https URL, not "${url}".`);
  }
  const given: Record<string, unknown> = {};
  for (const pair of values.set) {
    const [, name, written] = /^(\w+)=(.*)$/s.exec(pair) ?? [];
    if (name === undefined || written === undefined) {
      return refused("--set takes NAME=VALUE, such as replayWindowSeconds=300.");
    }
    given[name] = settingFromText(settings, name, written);
  }
  return {
    kind: "run",
    options: {
      port: Number(values.port),
      host: values.host,
      allowRemote: values["allow-remote"],
      apiKey: values["api-key"],
      apiSecret: values["api-secret"],
      webhookUrl: values["no-webhooks"] ? null : values["webhook-url"] || null,
      settings: given,
      ...(values["public-url"] && { publicUrl: values["public-url"] }),
      quiet: values.quiet,
      json: values.json,
    },
  };
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
      "api-key": { type: "string", default: defaultCredentials.apiKey },
      "api-secret": { type: "string", default: defaultCredentials.apiSecret },
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
