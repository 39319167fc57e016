import { spawn } from "node:child_process";
import { EventEmitter, once } from "node:events";
import { fileURLToPath } from "node:url";
import { endWithUs } from "../scripts/processes";

export interface Child {
  /** Lets it begin, with what it has to know. It has only loaded its code so far. */
  go(line?: string): void;
  /** What it said so far, whole lines only. */
  lines(): string[];
  /** Resolves as soon as it has said this many lines, or has ended. */
  said(count: number): Promise<void>;
  /** Answers the exit code, or null when it was killed. */
  readonly ended: Promise<number | null>;
  kill(): Promise<void>;
}

/** Starts a script of `test/` as a process of its own. It says "ready" and waits for a line before it works. */
export async function startChild(script: string, ...args: string[]): Promise<Child> {
  const path = fileURLToPath(new URL(script, import.meta.url));
  // Under this condition `server-only` is an empty module, as in the server build.
  const flags = ["--conditions=react-server", "--import", "tsx"];
  const child = spawn(process.execPath, [...flags, path, ...args], { stdio: ["pipe", "pipe", "inherit"] });
  endWithUs(child);
  let text = "";
  const news = new EventEmitter();
  child.stdout.on("data", (chunk: Buffer) => {
    text += chunk.toString();
    news.emit("lines");
  });
  const ended = new Promise<number | null>((resolve) => child.once("close", resolve));
  const lines = () => text.split("\n").slice(0, -1);
  let isOver = false;
  void ended.then(() => {
    isOver = true;
    news.emit("lines");
  });
  const said = async (count: number) => {
    while (lines().length < count && !isOver) await once(news, "lines");
  };
  await said(1);
  if (lines()[0] !== "ready") throw new Error(`${script} ended before it was ready.`);
  return {
    ended,
    lines,
    said,
    go: (line = "go") => void child.stdin.write(`${line}\n`),
    async kill() {
      child.kill("SIGKILL");
      await ended;
    },
  };
}
