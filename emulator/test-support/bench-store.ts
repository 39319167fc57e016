import { afterEach } from "vitest";
import type { EmulatorOptions, RunningEmulator } from "../server";
import { startEmulator } from "../server";
import { type Merchant, type RawAnswer, send } from "./merchant";
import { openSink, type WebhookSink } from "./webhook-sink";

const open: { close(): Promise<void> }[] = [];

afterEach(async () => {
  await Promise.all(open.splice(0).map((each) => each.close()));
});

export interface TestStore {
  readonly emulator: RunningEmulator;
  readonly merchant: Merchant;
  readonly sink: WebhookSink;
  control(method: string, path: string, body?: unknown): Promise<RawAnswer>;
}

/** An emulator with a store whose webhooks go to a sink. All of it is closed after the test. */
export async function openStore(options: Partial<EmulatorOptions> & { webhookPath?: string } = {}): Promise<TestStore> {
  const { webhookPath = "/hooks/allscale", ...overrides } = options;
  const sink = await openSink();
  const credentials = { apiKey: "st_test_key", apiSecret: "st_test_secret_Zm9vYmFy" };
  const emulator = await startEmulator({ ...credentials, webhookUrl: `${sink.url}${webhookPath}`, ...overrides });
  open.push(sink, emulator);
  const merchant = { baseUrl: emulator.url, ...credentials };
  return { emulator, merchant, sink, control: controlOf(emulator.url, merchant.apiKey) };
}

/** Calls the control API for one account. */
export function controlOf(url: string, apiKey: string): TestStore["control"] {
  return (method, path, body) =>
    send({
      url,
      method,
      target: `/_emulator${path}`,
      headers: { "X-API-Key": apiKey, "Content-Type": "application/json" },
      ...(body === undefined ? {} : { body: JSON.stringify(body) }),
    });
}

/** Closes something after the current test. */
export function closeAfterTest(each: { close(): Promise<void> }): void {
  open.push(each);
}
