import { createHash, createHmac } from "node:crypto";
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";

type Fields = Readonly<Record<string, unknown>>;
export type CaughtWebhook = Readonly<{ target: string; headers: Record<string, string>; text: string; body: Fields }>;
/** How the sink answers; `hang` takes the request and never answers. */
export type SinkAnswer = { status: number; headers?: Record<string, string> } | "hang";

export interface WebhookSink {
  readonly url: string;
  readonly caught: CaughtWebhook[];
  /** Decides the answer to each delivery, counted from 1. */
  answer: (count: number) => SinkAnswer;
  /** Resolves once `count` webhooks have arrived. */
  waitFor(count: number): Promise<CaughtWebhook[]>;
  close(): Promise<void>;
}

/** A receiver that keeps what it gets. */
export async function openSink(): Promise<WebhookSink> {
  const caught: CaughtWebhook[] = [];
  const waiting: { count: number; resolve: () => void }[] = [];
  const sink = { caught, answer: (_count: number): SinkAnswer => ({ status: 200 }) };
  const server = createServer(async (request, response) => {
    const chunks: Buffer[] = [];
    for await (const chunk of request) chunks.push(chunk);
    const text = Buffer.concat(chunks).toString("utf8");
    const headers = Object.entries(request.headers).map(([name, value]) => [name, String(value)] as const);
    caught.push({ target: request.url ?? "", headers: Object.fromEntries(headers), text, body: parsed(text) });
    const answer = sink.answer(caught.length);
    if (answer !== "hang") response.writeHead(answer.status, answer.headers).end();
    for (const waiter of waiting) if (caught.length >= waiter.count) waiter.resolve();
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  return Object.assign(sink, {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    waitFor: (count: number) =>
      new Promise<CaughtWebhook[]>((resolve) => {
        if (caught.length >= count) resolve(caught);
        else waiting.push({ count, resolve: () => resolve(caught) });
      }),
    close: () =>
      new Promise<void>((resolve) => {
        server.close(() => resolve());
        server.closeAllConnections();
      }),
  });
}

function parsed(text: string): Fields {
  try {
    return JSON.parse(text);
  } catch {
    return {};
  }
}

/** A merchant's check of §8, written apart from the emulator's own signing. */
export function webhookVerifies({ target, headers, text }: CaughtWebhook, secret: string): boolean {
  const [path = "", query = ""] = target.split("?", 2);
  const ids = [headers["x-webhook-id"], headers["x-webhook-timestamp"], headers["x-webhook-nonce"]];
  const hash = createHash("sha256").update(text).digest("hex");
  const canonical = ["allscale:webhook:v1", "POST", path, query, ...ids, hash].join("\n");
  return headers["x-webhook-signature"] === `v1=${createHmac("sha256", secret).update(canonical).digest("base64")}`;
}
