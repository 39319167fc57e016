import { type ChildProcess, spawn } from "node:child_process";
import { createInterface } from "node:readline";

/** One emulator for the whole run; each worker registers an account of its own on it, so that tests share nothing. */
export default async function globalSetup() {
  const args = ["node_modules/tsx/dist/cli.mjs", "emulator/main.ts", "--port", "0", "--quiet"];
  const emulator = spawn(process.execPath, args, { stdio: ["ignore", "pipe", "inherit"] });
  process.env.EMULATOR_URL = await readyUrl(emulator);
  return () => stop(emulator);
}

function readyUrl(emulator: ChildProcess): Promise<string> {
  return new Promise((resolve, reject) => {
    emulator.once("exit", (code) => reject(new Error(`The emulator ended with code ${code}`)));
    if (emulator.stdout === null) return;
    createInterface({ input: emulator.stdout }).on("line", (line) => {
      const url = /http:\/\/127\.0\.0\.1:\d+/.exec(line)?.[0];
      if (url) resolve(url);
    });
  });
}

function stop(child: ChildProcess): Promise<void> {
  return new Promise((resolve) => {
    child.removeAllListeners("exit");
    child.once("exit", () => resolve());
    child.kill("SIGTERM");
  });
}
