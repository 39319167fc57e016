import type { Enforces } from "../check-names";
import { type RunningEmulator, startEmulatorWith } from "../listening-emulator";
import { controlOf } from "../test-support/bench-store";
import { call, create, createOk, type Merchant, type RawAnswer } from "../test-support/merchant";
import { openSink, type WebhookSink } from "../test-support/webhook-sink";

/** What the suite has met so far, so that a test can say what it never met. */
export interface Coverage {
  readonly operations: Set<string>;
  readonly codes: Set<number>;
  readonly reasons: Set<string>;
  readonly settings: Set<string>;
}

export function newCoverage(): Coverage {
  return { operations: new Set(), codes: new Set(), reasons: new Set(), settings: new Set() };
}

export interface Store {
  readonly merchant: Merchant;
  readonly sink: WebhookSink;
  readonly emulator: RunningEmulator;
  control(method: string, path: string, body?: unknown): Promise<RawAnswer>;
  /** Asks for a path as this store, and notes what it was answered. */
  ask: (target: string, options?: Parameters<typeof call>[2]) => Promise<RawAnswer>;
  create: (fields: object, options?: Parameters<typeof create>[2]) => Promise<RawAnswer>;
  /** Creates an intent that must succeed and answers its id. */
  intent(fields?: object): Promise<string>;
  move(id: string, status: number, body?: object): Promise<RawAnswer>;
  /** Another account of the same emulator, with the same settings. */
  neighbour(): Promise<Merchant>;
}

/** Where conformance cases get their stores from. Everything is closed by `close`. */
export interface Lab {
  store(settings?: Readonly<Record<string, unknown>>, webhookPath?: string): Promise<Store>;
  close(): Promise<void>;
}

export const usd = { currency: 1, amount_cents: 500, order_id: "o-1" };

export function openLab(coverage: Coverage, enforces: Enforces = () => true): Lab {
  const open: { close(): Promise<void> }[] = [];
  return {
    close: async () => {
      await Promise.all(open.splice(0).map((each) => each.close()));
    },
    store: async (settings = {}, webhookPath = "/hooks") => {
      for (const name of Object.keys(settings)) coverage.settings.add(name);
      const sink = await openSink();
      open.push(sink);
      const credentials = { apiKey: "st_conformance", apiSecret: "st_secret_of_conformance" };
      const webhookUrl = `${sink.url}${webhookPath}`;
      const emulator = await startEmulatorWith({ ...credentials, webhookUrl, settings }, enforces);
      open.push(emulator);
      return storeOf({ emulator, sink, coverage, settings, merchant: { baseUrl: emulator.url, ...credentials } });
    },
  };
}

interface StoreParts {
  readonly emulator: RunningEmulator;
  readonly sink: WebhookSink;
  readonly coverage: Coverage;
  readonly merchant: Merchant;
  readonly settings: Readonly<Record<string, unknown>>;
}

function storeOf({ emulator, sink, coverage, merchant, settings }: StoreParts): Store {
  const control = controlOf(emulator.url, merchant.apiKey);
  const noted = async (op: string, asking: Promise<RawAnswer>): Promise<RawAnswer> => {
    const answer = await asking;
    coverage.operations.add(op);
    if (answer.body?.code !== undefined) coverage.codes.add(answer.body.code);
    const reason = answer.body?.error?.details?.reason;
    if (typeof reason === "string") coverage.reasons.add(reason);
    return answer;
  };
  return {
    emulator,
    sink,
    merchant,
    control,
    ask: (target, options = {}) => noted(operationOf(target), call(merchant, target, options)),
    create: (fields, options) => noted("create", create(merchant, fields, options)),
    intent: async (fields = usd) => (await createOk(merchant, fields)).allscale_checkout_intent_id,
    move: (id, status, body = {}) => control("POST", `/intents/${id}/status`, { status, ...body }),
    neighbour: async () => {
      const other = { apiKey: "st_neighbour", apiSecret: "st_secret_of_neighbour" };
      await control("POST", "/accounts", { ...other, ...settings });
      return { ...merchant, ...other };
    },
  };
}

function operationOf(target: string): string {
  const path = target.split("?")[0] ?? "";
  if (path.startsWith("/v1/test/")) return path.slice("/v1/test/".length);
  return path.endsWith("/status") ? "status" : "detail";
}
