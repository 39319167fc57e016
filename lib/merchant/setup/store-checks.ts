import "server-only";
import { accessSync, constants, existsSync, statSync } from "node:fs";
import { dirname, resolve } from "node:path";
import type { StoreSettings } from "@/lib/env";
import { type OrderStore, StoreUnavailableError } from "@/lib/orders/order-store";
import { openRedisClient } from "@/lib/redis-client";
import { type Check, failed, ok, unknown } from "./check";

type Parts = {
  readonly settings: StoreSettings | null;
  /** Null also for a command that found no SQLite file: it must not make one that belongs to its own user. */
  readonly store: OrderStore | null;
};

/** Whether orders can be read and written, and whether they stay. */
export async function storeChecks({ settings, store }: Parts): Promise<readonly Check[]> {
  if (settings?.kind === "sqlite") {
    const kept = ok("eviction", "An SQLite file deletes nothing by itself.");
    return [store === null ? newFileCheck(settings.path) : await fileCheck(store), kept];
  }
  const notSet = "Not checked: the settings of the store are not right.";
  if (settings === null || store === null) return [unknown("store", notSet), unknown("eviction", notSet)];
  const { urlName } = settings;
  const kind = await faultOf(store);
  if (kind !== null) return [redisFailed(urlName, kind), unknown("eviction", "Not checked: Redis cannot be used.")];
  const reached = ok("store", `Redis (${urlName}) can be read and written.`);
  return [reached, await evictionCheck(settings)];
}

async function fileCheck(store: OrderStore): Promise<Check> {
  const kind = await faultOf(store);
  return kind === null ? ok("store", "The SQLite file can be read and written.") : sqliteFailed(kind);
}

function newFileCheck(path: string): Check {
  const problem = whyNotWritable(path);
  if (problem !== null) return sqliteFailed(problem);
  return ok("store", "The SQLite file is made when the app needs it; its folder can be written.");
}

/** The nearest folder that exists decides. */
function whyNotWritable(path: string): string | null {
  let folder = dirname(resolve(path));
  while (!existsSync(folder)) folder = dirname(folder);
  try {
    if (!statSync(folder).isDirectory()) return "ENOTDIR";
    accessSync(folder, constants.W_OK);
    return null;
  } catch (error) {
    return error instanceof Error && "code" in error ? String(error.code) : "unknown";
  }
}

async function faultOf(store: OrderStore): Promise<string | null> {
  try {
    await store.check();
    return null;
  } catch (error) {
    if (!(error instanceof StoreUnavailableError)) throw error;
    return error.cause instanceof Error ? error.cause.message : "unknown";
  }
}

function sqliteFailed(kind: string): Check {
  const todo = /FULL/.test(kind)
    ? "Make room on the disk."
    : "Set ORDER_DATABASE to a file in a folder that the user of the app may write.";
  return failed("store", `The SQLite file (ORDER_DATABASE) cannot be used (${kind}).`, todo);
}

function redisFailed(urlName: string, kind: string): Check {
  const tokenName = urlName.replace(/_URL$/, "_TOKEN");
  const todos: Readonly<Record<string, string>> = {
    unauthorized: `Copy ${tokenName} again; it has to be the one that may write.`,
    NOPERM: `Set ${tokenName} to a token that may write.`,
    OOM: "Give the database more memory.",
    request_quota: "Raise the plan of the database: its requests of today are used up.",
  };
  const todo = todos[kind] ?? `Check ${urlName}, and that the database runs.`;
  return failed("store", `Redis (${urlName}) cannot be used (${kind}).`, todo);
}

const EVICTION_LOOK = "Look at the database's page: on Upstash the switch Eviction has to be off.";

async function evictionCheck(settings: Extract<StoreSettings, { kind: "redis" }>): Promise<Check> {
  const policy = await evictionPolicy(settings);
  if (policy === null) return unknown("eviction", "Redis does not tell whether it evicts orders.", EVICTION_LOOK);
  if (policy === "noeviction") return ok("eviction", "Redis evicts nothing when it is full.");
  const sentence = `Redis deletes orders when it is full (${policy}).`;
  return failed("eviction", sentence, "Turn eviction off: the policy has to be noeviction.");
}

const CHECK_TIMEOUT_MS = 3_000;

/** Hosted databases often refuse CONFIG, and some tell the policy in INFO. */
async function evictionPolicy(settings: { url: string; token: string }): Promise<string | null> {
  const redis = openRedisClient({ ...settings, timeoutMs: CHECK_TIMEOUT_MS });
  for (const command of [
    ["CONFIG", "GET", "maxmemory-policy"],
    ["INFO", "memory"],
  ] as const) {
    try {
      const answer = await redis.exec<unknown>([...command]);
      const text = Array.isArray(answer) ? answer.join(":") : String(answer);
      const policy = /maxmemory[-_]policy:([a-z-]+)/.exec(text)?.[1];
      if (policy !== undefined) return policy;
    } catch {
      // The check before this has named a fault of the connection.
    }
  }
  return null;
}
