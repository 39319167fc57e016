import { createHash, createHmac } from "node:crypto";
import { text as textOf } from "node:stream/consumers";
import { type Fields, isRecord, parseJson } from "../core/json";
import { type Listening, listen } from "./listen";

export type CaughtWebhook = Readonly<{ target: string; headers: Record<string, string>; text: string; body: Fields }>;
type SinkAnswer = { status: number; headers?: Record<string, string> } | "hang";

export interface WebhookSink extends Listening {
  readonly caught: CaughtWebhook[];
  answer: (count: number) => SinkAnswer;
  waitFor(count: number): Promise<CaughtWebhook[]>;
}

export async function openSink(): Promise<WebhookSink> {
  const caught: CaughtWebhook[] = [];
  const waiting: { count: number; resolve: () => void }[] = [];
  const sink = { caught, answer: (_count: number): SinkAnswer => ({ status: 200 }) };
  const listening = await listen(async (request, response) => {
    const text = await textOf(request);
    const body = parseJson(text);
    const headers = Object.entries(request.headers).map(([name, value]) => [name, String(value)] as const);
    const target = request.url ?? "";
    caught.push({ target, headers: Object.fromEntries(headers), text, body: isRecord(body) ? body : {} });
    const answer = sink.answer(caught.length);
    if (answer !== "hang") response.writeHead(answer.status, answer.headers).end();
    for (const waiter of waiting) if (caught.length >= waiter.count) waiter.resolve();
  });
  const waitFor = async (count: number) => {
    if (caught.length < count) await new Promise<void>((resolve) => waiting.push({ count, resolve }));
    return caught;
  };
  return Object.assign(sink, { ...listening, waitFor });
}

/** A merchant's check of §8, written apart from the emulator's own signing. */
export function webhookVerifies({ target, headers, text }: CaughtWebhook, secret: string): boolean {
  const [path = "", query = ""] = target.split("?", 2);
  const ids = [headers["x-webhook-id"], headers["x-webhook-timestamp"], headers["x-webhook-nonce"]];
  const hash = createHash("sha256").update(text).digest("hex");
  const canonical = ["allscale:webhook:v1", "POST", path, query, ...ids, hash].join("\n");
  return headers["x-webhook-signature"] === `v1=${createHmac("sha256", secret).update(canonical).digest("base64")}`;
}
