#!/usr/bin/env node
import { type CliOptions, helpText, parseCli } from "./cli-options";
import { startEmulator } from "./server";
import type { RequestEntry } from "./state/request-entry";
import type { Delivery } from "./webhooks/delivery";

async function main(): Promise<void> {
  const parsed = parseCli(process.argv.slice(2));
  switch (parsed.kind) {
    case "help":
      process.stdout.write(helpText);
      return;
    case "refused":
      fail(parsed.message);
      return;
    case "run":
      await run(parsed.options);
  }
}

async function run(options: CliOptions): Promise<void> {
  const { port, host, apiKey, apiSecret, webhookUrl, publicUrl, webhooks } = options;
  try {
    const emulator = await startEmulator({
      port,
      host,
      apiKey,
      apiSecret,
      webhookUrl,
      settings: { ...options.settings, ...(webhooks ? {} : { webhooks: false }) },
      ...(publicUrl === null ? {} : { publicUrl }),
      ...(options.quiet
        ? {}
        : {
            onRequest: (entry) => console.log(requestLine(entry, options.json)),
            onDelivery: (delivery) => console.log(deliveryLine(delivery, options.json)),
          }),
    });
    for (const signal of ["SIGINT", "SIGTERM"] as const) {
      process.once(signal, () => void emulator.close().then(() => process.exit(0)));
    }
    const ready = { event: "listening", url: emulator.url, apiKey, webhookUrl: webhooks ? webhookUrl : null };
    console.log(options.json ? JSON.stringify(ready) : `AllScale emulator listening on ${emulator.url}`);
  } catch (error) {
    fail(startFailure(error, options));
  }
}

/** One line for one API request; the answer to a wrong signature says where to look. */
function requestLine(entry: RequestEntry, asJson: boolean): string {
  if (asJson) return JSON.stringify({ event: "request", ...entry });
  const answer = entry.httpStatus === null ? "dropped" : `${entry.httpStatus} code ${entry.code}`;
  const why = entry.reason === null ? "" : ` (${entry.reason})`;
  return `${entry.method} ${entry.path} ${answer}${why} ${entry.durationMs} ms`;
}

/** One line for one webhook. */
function deliveryLine(delivery: Delivery, asJson: boolean): string {
  if (asJson) return JSON.stringify({ event: "delivery", ...delivery });
  const { kind, attempt, request, answer, error, durationMs } = delivery;
  const what = answer === null ? (error ?? "") : `${answer.status} ${answer.body.slice(0, 100)}`.trimEnd();
  return `webhook to ${request.url}, ${kind} ${attempt}: ${what} ${durationMs} ms`;
}

function startFailure(error: unknown, { port, host }: CliOptions): string {
  const code = error instanceof Error && "code" in error ? error.code : undefined;
  if (code === "EADDRINUSE") return `Port ${port} is taken. Choose another with --port, or stop what listens there.`;
  if (code === "EACCES") return `Port ${port} may not be used by this user. Choose one above 1023 with --port.`;
  if (code === "EADDRNOTAVAIL" || code === "ENOTFOUND") return `This computer has no address ${host}.`;
  return error instanceof Error ? error.message : String(error);
}

function fail(message: string): void {
  console.error(message);
  process.exitCode = 1;
}

void main();
