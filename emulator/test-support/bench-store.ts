import { afterEach } from "vitest";
import { triggerKit } from "../allscale/trigger-kit";
import { runTrigger } from "../core/trigger";
import { readTriggerOptions } from "../core/trigger-options";
import { type EmulatorOptions, type RunningEmulator, startEmulator } from "../server";
import { call, createOk, type Merchant, payloadOf, type RawAnswer, send, usd } from "./merchant";
import { openSink, type WebhookSink } from "./webhook-sink";

type View = Readonly<Record<string, unknown>>;
const open: { close(): Promise<void> }[] = [];

afterEach(async () => {
  await Promise.all(open.splice(0).map((each) => each.close()));
});

export interface TestStore {
  readonly emulator: RunningEmulator;
  readonly merchant: Merchant;
  readonly sink: WebhookSink;
  readonly control: ReturnType<typeof controlOf>;
  /** What the control API lists under a path such as "intents?order_id=o-1". */
  list(path: string): Promise<readonly View[]>;
  open(fields?: object): Promise<string>;
  move(id: string, status: number, more?: object): Promise<RawAnswer>;
  detail(id: string): Promise<View>;
}

/** An emulator with a store whose webhooks go to a sink. All of it is closed after the test. */
export async function openStore(options: Partial<EmulatorOptions> & { webhookPath?: string } = {}): Promise<TestStore> {
  const { webhookPath = "/hooks/allscale", ...overrides } = options;
  const sink = await openSink();
  const credentials = { apiKey: "st_test_key", apiSecret: "st_test_secret_Zm9vYmFy" };
  const emulator = await startEmulator({ ...credentials, webhookUrl: `${sink.url}${webhookPath}`, ...overrides });
  open.push(sink, emulator);
  const merchant = { baseUrl: emulator.url, ...credentials };
  const control = controlOf(emulator.url, merchant.apiKey);
  return {
    emulator,
    merchant,
    sink,
    control,
    list: async (path) => (await control("GET", `/${path}`)).body?.[path.split("?")[0] ?? ""] as View[],
    open: async (fields = usd) => (await createOk(merchant, fields)).allscale_checkout_intent_id,
    move: (id, status, more = {}) => control("POST", `/intents/${id}/status`, { status, ...more }),
    detail: async (id) => payloadOf(await call(merchant, `/v1/checkout_intents/${id}`)),
  };
}

/** `npm run trigger -- ...` for a store. */
export async function trigger({ merchant, emulator }: TestStore, ...args: string[]) {
  const lines: string[] = [];
  const own = ["--api-key", merchant.apiKey, "--api-secret", merchant.apiSecret];
  const there = args.includes("--emulator") ? [] : ["--emulator", emulator.url];
  const options = readTriggerOptions(triggerKit, [...args, ...own, ...there], {});
  const code = await runTrigger(triggerKit, options, (text) => lines.push(text));
  return { code, lines };
}

export function controlOf(url: string, apiKey: string) {
  const headers = { "X-API-Key": apiKey, "Content-Type": "application/json" };
  return (method: string, path: string, value?: object): Promise<RawAnswer> =>
    send({ url, method, target: `/_emulator${path}`, headers, ...(value && { body: JSON.stringify(value) }) });
}

export function closeAfterTest(each: { close(): Promise<void> }): void {
  open.push(each);
}
