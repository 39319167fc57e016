import { setTimeout as sleep } from "node:timers/promises";
import { Pool, request } from "undici";

export type Send = {
  readonly path: string;
  readonly method?: "GET" | "POST";
  readonly headers?: Record<string, string>;
  readonly body?: string;
};

export type Measured = { readonly perSecond: number; readonly p50Ms: number; readonly p99Ms: number };

type Client = { readonly send: (what: Send) => Promise<void>; readonly timesMs: number[] };

/** Throws for an answer other than 2xx: a refused request is faster than the work that is measured. */
async function withClient<T>(url: string, connections: number, work: (client: Client) => Promise<T>): Promise<T> {
  // Given up long before the server closes it: on a busy machine that can cross a request.
  const idle = { keepAliveTimeout: 1_000, keepAliveMaxTimeout: 1_000 };
  const pool = new Pool(url, { connections, pipelining: 1, ...idle });
  const timesMs: number[] = [];
  try {
    return await work({
      timesMs,
      async send({ path, method = "GET", headers = {}, body }) {
        const startedAt = performance.now();
        const answer = await pool.request({ path, method, headers, body: body ?? null });
        const text = await answer.body.text();
        timesMs.push(performance.now() - startedAt);
        if (answer.statusCode >= 300) throw new Error(`${method} ${path}: ${answer.statusCode} ${text.slice(0, 200)}`);
      },
    });
  } finally {
    await pool.close();
  }
}

/** One request over a connection of its own, outside of what is measured. Resolves to the body. */
export async function once(url: string, { path, method = "GET", headers = {}, body }: Send): Promise<string> {
  const answer = await request(url + path, { method, headers, body: body ?? null, reset: true });
  const text = await answer.body.text();
  if (answer.statusCode >= 300) throw new Error(`${method} ${path}: ${answer.statusCode} ${text.slice(0, 200)}`);
  return text;
}

/** A busy machine gets through less of a round, and does not take longer for it. */
const ROUND_MS = 5_000;

/** As fast as the server goes, `atOnce` at a time. */
export function rush(url: string, sends: readonly Send[], atOnce: number): Promise<Measured> {
  return withClient(url, atOnce, async ({ send, timesMs }) => {
    const startedAt = performance.now();
    const queue = sends.values();
    const workers = Array.from({ length: atOnce }, async () => {
      for (const each of queue) {
        if (performance.now() - startedAt > ROUND_MS) return;
        await send(each);
      }
    });
    await Promise.all(workers);
    return measured(timesMs, performance.now() - startedAt);
  });
}

/** At a steady rate, whether or not the server keeps up: a slow answer delays no other request. */
export function pace(url: string, sends: readonly Send[], perSecond: number): Promise<Measured> {
  return withClient(url, 512, async ({ send, timesMs }) => {
    const startedAt = performance.now();
    const sent: Promise<void>[] = [];
    for (const [index, each] of sends.entries()) {
      const waitMs = (index * 1000) / perSecond - (performance.now() - startedAt);
      if (waitMs > 0) await sleep(waitMs);
      sent.push(send(each));
    }
    await Promise.all(sent);
    return measured(timesMs, performance.now() - startedAt);
  });
}

function measured(timesMs: readonly number[], tookMs: number): Measured {
  return {
    perSecond: (timesMs.length * 1000) / tookMs,
    p50Ms: percentile(timesMs, 50),
    p99Ms: percentile(timesMs, 99),
  };
}

export function percentile(values: readonly number[], percent: number): number {
  const sorted = values.toSorted((a, b) => a - b);
  const value = sorted[Math.min(sorted.length - 1, Math.floor((sorted.length * percent) / 100))];
  if (value === undefined) throw new Error("Nothing was measured.");
  return value;
}

export const median = (values: readonly number[]) => percentile(values, 50);
