#!/usr/bin/env node
import { helpText, parseCli } from "./cli-options";
import { startEmulator } from "./server";

type Line = Readonly<Record<string, unknown>>;

async function run(): Promise<void> {
  const { help, quiet, title, start } = parseCli(process.argv.slice(2));
  if (help) return console.log(helpText.trimEnd());
  const onRequest = (entry: Line) => console.log(requestLine(entry));
  const onDelivery = (delivery: Line) => console.log(deliveryLine(delivery));
  const emulator = await startEmulator(quiet ? start : { ...start, onRequest, onDelivery });
  for (const signal of ["SIGINT", "SIGTERM"] as const) {
    process.once(signal, () => void emulator.close().then(() => process.exit(0)));
  }
  console.log(`${title} listening on ${emulator.url}`);
}

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

run().catch((error: NodeJS.ErrnoException & { port?: number }) => {
  const sentences: Readonly<Record<string, string>> = {
    EADDRINUSE: `Port ${error.port} is taken. Choose another with --port, or stop what listens there.`,
    EACCES: `Port ${error.port} may not be used by this user. Choose one above 1023 with --port.`,
    EADDRNOTAVAIL: "This computer has no such address: see --host.",
    ENOTFOUND: "This computer has no such address: see --host.",
  };
  console.error(sentences[error.code ?? ""] ?? error.message);
  process.exitCode = 1;
});
