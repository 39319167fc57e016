#!/usr/bin/env node
import { type CliOptions, helpText, parseCli } from "./cli-options";
import { startEmulator } from "./server";

type Line = Readonly<Record<string, unknown>>;

async function main(): Promise<void> {
  const parsed = parseCli(process.argv.slice(2));
  if (parsed.kind === "help") process.stdout.write(helpText);
  else if (parsed.kind === "refused") fail(parsed.message);
  else await run(parsed.options);
}

async function run({ quiet, json, ...options }: CliOptions): Promise<void> {
  const print = (event: string, line: Line, text: (line: Line) => string): void => {
    if (!quiet) console.log(json ? JSON.stringify({ event, ...line }) : text(line));
  };
  try {
    const emulator = await startEmulator({
      ...options,
      onRequest: (entry) => print("request", entry, requestLine),
      onDelivery: (delivery) => print("delivery", delivery, deliveryLine),
    });
    for (const signal of ["SIGINT", "SIGTERM"] as const) {
      process.once(signal, () => void emulator.close().then(() => process.exit(0)));
    }
    const { apiKey, webhookUrl } = options;
    const ready = { event: "listening", url: emulator.url, apiKey, webhookUrl };
    console.log(json ? JSON.stringify(ready) : `AllScale emulator listening on ${emulator.url}`);
  } catch (error) {
    fail(startFailure(error, options));
  }
}

/** One line for one API request, with the sentence behind a refusal or a note. */
function requestLine({ method, path, httpStatus, code, message, note, durationMs }: Line): string {
  const answer = httpStatus === null ? "dropped" : `${httpStatus} code ${code}`;
  const why = message ?? note ?? null;
  return `${method} ${path} ${answer}${why === null ? "" : ` (${why})`} ${durationMs} ms`;
}

function deliveryLine({ kind, attempt, request, answer, error, durationMs }: Line): string {
  const { status, body } = (answer ?? {}) as { status?: number; body?: string };
  const what = status === undefined ? String(error) : `${status} ${body?.slice(0, 100)}`.trimEnd();
  const { url = "nowhere" } = (request ?? {}) as { url?: string };
  return `webhook to ${url}, ${kind} ${attempt}: ${what} ${durationMs} ms`;
}

function startFailure(error: unknown, { port, host }: Pick<CliOptions, "port" | "host">): string {
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
