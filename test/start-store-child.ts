import { spawn } from "node:child_process";
import { fileURLToPath } from "node:url";
import { eventually } from "./eventually";

export interface StoreChild {
  /** Lets it begin. It has only loaded its code so far. */
  go(): void;
  /** What it said so far, whole lines only. */
  lines(): string[];
  /** Answers the exit code, or null when it was killed. */
  readonly ended: Promise<number | null>;
  kill(): Promise<void>;
}

/** Starts `store-child.ts` as a process of its own. */
export async function startStoreChild(...args: string[]): Promise<StoreChild> {
  const script = fileURLToPath(new URL("./store-child.ts", import.meta.url));
  // Under this condition `server-only` is an empty module, as in the server build.
  const flags = ["--conditions=react-server", "--import", "tsx"];
  const child = spawn(process.execPath, [...flags, script, ...args], { stdio: ["pipe", "pipe", "inherit"] });
  const onExit = () => child.kill("SIGKILL");
  process.once("exit", onExit);
  let said = "";
  child.stdout.on("data", (chunk: Buffer) => {
    said += chunk.toString();
  });
  const ended = new Promise<number | null>((resolve) => child.once("close", resolve));
  void ended.then(() => process.off("exit", onExit));
  const lines = () => said.split("\n").slice(0, -1);
  await eventually(() => (lines()[0] === "ready" ? true : undefined), 60_000);
  return {
    ended,
    lines,
    go: () => void child.stdin.write("go\n"),
    async kill() {
      child.kill("SIGKILL");
      await ended;
    },
  };
}
