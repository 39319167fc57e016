import { type ChildProcess, spawn } from "node:child_process";
import { randomInt } from "node:crypto";
import { readdirSync, statSync } from "node:fs";
import { createServer } from "node:net";
import { join } from "node:path";
import { createInterface } from "node:readline";
import { fileURLToPath } from "node:url";

export type Environment = Record<string, string | undefined>;

/** Where package.json is: the one base of `.env` and of relative paths, whatever folder a script is started from. */
export const APP_FOLDER = fileURLToPath(new URL("..", import.meta.url));

export const next = (...args: string[]) => ["node_modules/next/dist/bin/next", ...args];
export const tsx = (...args: string[]) => ["node_modules/tsx/dist/cli.mjs", ...args];

/** Runs a command to its end, with its output on ours. Resolves to the exit code. */
export async function run(args: readonly string[], env: Environment = process.env): Promise<number> {
  return exitCode(spawn(process.execPath, args, { ...options(env), stdio: ["ignore", "inherit", "inherit"] }));
}

/** What a build is made of. Next writes to its other files in the folder by itself. */
const SOURCES =
  "app components lib messages public instrumentation.ts next.config.mjs on-paid.ts package-lock.json proxy.ts site.config.ts";

/** Builds the app unless there is a build of what is here. Resolves to the exit code. */
export async function buildOnce(): Promise<number> {
  return isBuilt(APP_FOLDER, SOURCES.split(" ")) ? 0 : run(next("build"));
}

/** Whether no source, file or folder, has changed since the build. */
export function isBuilt(folder: string, sources: readonly string[]): boolean {
  const changedAt = (path: string) => statSync(path, { throwIfNoEntry: false })?.mtimeMs ?? 0;
  const built = changedAt(join(folder, ".next/BUILD_ID"));
  const files = sources.flatMap((name) => {
    const path = join(folder, name);
    if (statSync(path).isFile()) return [path];
    // With the folders themselves, whose time tells of a file that is gone.
    return [path, ...readdirSync(path, { recursive: true }).map((file) => join(path, `${file}`))];
  });
  return files.every((path) => changedAt(path) <= built);
}

/** Starts a long-running process and prefixes each line of its output with its name. */
export function start(name: string, args: readonly string[], env: Environment): ChildProcess {
  const child = spawn(process.execPath, args, { ...options(env), stdio: ["ignore", "pipe", "pipe"] });
  for (const input of [child.stdout, child.stderr]) {
    createInterface({ input }).on("line", (line) => console.log(`[${name}] ${line}`));
  }
  return child;
}

/** Starts a long-running process that shows only its errors. */
export function startQuietly(args: readonly string[], env: Environment): ChildProcess {
  return spawn(process.execPath, args, { ...options(env), stdio: ["ignore", "ignore", "inherit"] });
}

export async function stop(child: ChildProcess, signal: NodeJS.Signals = "SIGTERM"): Promise<void> {
  child.kill(signal);
  await exitCode(child);
}

/** Kills the child when we exit, which may be because of a throw or a signal. */
export function endWithUs(child: ChildProcess): void {
  const kill = () => child.kill("SIGKILL");
  process.once("exit", kill);
  child.once("exit", () => process.off("exit", kill));
}

/**
 * Keeps processes together: when one exits, or we get a signal, the others are stopped too. Resolves to the exit code
 * once all of them have exited.
 */
export async function together(children: readonly ChildProcess[]): Promise<number> {
  let signaled = false;
  const stopAll = () => Promise.all(children.map((child) => stop(child)));
  for (const signal of ["SIGINT", "SIGTERM"] as const) {
    process.on(signal, () => {
      signaled = true;
      void stopAll();
    });
  }
  const first = await Promise.race(children.map(exitCode));
  await stopAll();
  return signaled ? 0 : first;
}

/** Resolves once a server responds at the URL. Rejects when its process exits first. */
export async function answers(url: string, child: ChildProcess): Promise<void> {
  const deadline = Date.now() + 60_000;
  while (Date.now() < deadline) {
    if (hasExited(child)) throw new Error(`The process for ${url} exited: ${child.signalCode ?? child.exitCode}`);
    const reached = await fetch(url, { signal: AbortSignal.timeout(5_000) }).then(
      () => true,
      () => false,
    );
    if (reached) return;
    await new Promise((resolve) => setTimeout(resolve, 50));
  }
  throw new Error(`No server responds at ${url}`);
}

/** Exits with a sentence when the port is taken, so that no other program gets our visitors and webhooks. */
export async function requireFreePort(port: number, command: string): Promise<void> {
  if (await isFree(port)) return;
  console.error(`Port ${port} is in use. Stop the program that uses it, or choose another: PORT=3001 ${command}`);
  process.exit(1);
}

/** True when no program listens there, on all addresses or on one of loopback: `localhost` can mean any of them. */
export async function isFree(port: number): Promise<boolean> {
  for (const host of [undefined, "127.0.0.1", "::1"]) {
    if (!(await canListen(port, host))) return false;
  }
  return true;
}

function canListen(port: number, host: string | undefined): Promise<boolean> {
  // On a machine without IPv6 no program can be in the way there.
  const hasNoSuchAddress = (code = "") => ["EADDRNOTAVAIL", "EAFNOSUPPORT"].includes(code);
  return new Promise((resolve) => {
    const probe = createServer();
    probe.once("error", ({ code }: NodeJS.ErrnoException) => resolve(hasNoSuchAddress(code)));
    probe.listen(port, host, () => probe.close(() => resolve(true)));
  });
}

/** A free port below the range for outgoing connections, so that the system does not hand it out before we use it. */
export async function freePort(): Promise<number> {
  for (let tries = 0; tries < 100; tries += 1) {
    const port = randomInt(20_000, 30_000);
    if (await isFree(port)) return port;
  }
  throw new Error("No port between 20000 and 30000 is free");
}

function exitCode(child: ChildProcess): Promise<number> {
  return new Promise((resolve, reject) => {
    if (hasExited(child)) return resolve(child.exitCode ?? 1);
    child.once("error", reject);
    child.once("exit", (code) => resolve(code ?? 1));
  });
}

export function hasExited({ exitCode, signalCode }: ChildProcess): boolean {
  return exitCode !== null || signalCode !== null;
}

function options(env: Environment) {
  return { cwd: APP_FOLDER, env: { ...process.env, ...env, NEXT_TELEMETRY_DISABLED: "1" } };
}
