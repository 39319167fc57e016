import { type ChildProcess, spawn } from "node:child_process";
import { randomInt } from "node:crypto";
import { createServer } from "node:net";
import { createInterface } from "node:readline";

const NEXT = "node_modules/next/dist/bin/next";
const TSX = "node_modules/tsx/dist/cli.mjs";

export type Environment = Record<string, string | undefined>;

/** Runs a command to its end with our own output; resolves to its exit code. */
export function run(args: readonly string[], env: Environment = process.env): Promise<number> {
  return new Promise((resolve, reject) => {
    const child = spawn(process.execPath, args, { stdio: ["ignore", "inherit", "inherit"], env: quiet(env) });
    child.on("error", reject);
    child.on("exit", (code, signal) => resolve(code ?? (signal === null ? 0 : 1)));
  });
}

/** Starts a long-running process whose lines appear behind its name. */
export function start(name: string, args: readonly string[], env: Environment): ChildProcess {
  const child = spawn(process.execPath, args, { stdio: ["ignore", "pipe", "pipe"], env: quiet(env) });
  for (const stream of [child.stdout, child.stderr]) {
    if (stream) createInterface({ input: stream }).on("line", (line) => console.log(`[${name}] ${line}`));
  }
  return child;
}

export const next = (...args: string[]) => [NEXT, ...args];
export const tsx = (...args: string[]) => [TSX, ...args];

/**
 * Keeps a group of processes together: when one ends, or we are told to, the others end too. Resolves to the exit code
 * once all are gone.
 */
export async function together(children: readonly ChildProcess[]): Promise<number> {
  const stop = () => {
    for (const child of children) child.kill("SIGTERM");
  };
  let asked = false;
  for (const signal of ["SIGINT", "SIGTERM"] as const) {
    process.on(signal, () => {
      asked = true;
      stop();
    });
  }
  const ends = children.map((child) => ended(child));
  const first = await Promise.race(ends);
  stop();
  await Promise.all(ends);
  return asked ? 0 : first;
}

function ended(child: ChildProcess): Promise<number> {
  if (child.exitCode !== null) return Promise.resolve(child.exitCode);
  return new Promise((resolve) => child.once("exit", (code) => resolve(code ?? 1)));
}

/** Resolves once something answers at the address; rejects when the process ends before that. */
export async function answers(url: string, child: ChildProcess): Promise<void> {
  const deadline = Date.now() + 60_000;
  while (Date.now() < deadline) {
    if (child.exitCode !== null) throw new Error(`The process for ${url} ended with code ${child.exitCode}`);
    const reached = await fetch(url, { signal: AbortSignal.timeout(5_000) }).then(
      () => true,
      () => false,
    );
    if (reached) return;
    await new Promise((resolve) => setTimeout(resolve, 50));
  }
  throw new Error(`Nothing answers at ${url}`);
}

/** Whether we could listen there. */
export function isFree(port: number): Promise<boolean> {
  return new Promise((resolve) => {
    const probe = createServer();
    probe.once("error", () => resolve(false));
    probe.listen(port, "127.0.0.1", () => probe.close(() => resolve(true)));
  });
}

/** A port nobody listens on just now, below those that systems give to outgoing connections, so that it stays free. */
export async function freePort(): Promise<number> {
  for (let tries = 0; tries < 100; tries += 1) {
    const port = randomInt(20_000, 30_000);
    if (await isFree(port)) return port;
  }
  throw new Error("No port between 20000 and 30000 is free");
}

function quiet(env: Environment): NodeJS.ProcessEnv {
  return { ...process.env, ...env, NEXT_TELEMETRY_DISABLED: "1" };
}
