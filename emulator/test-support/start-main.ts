import { spawn } from "node:child_process";
import { once } from "node:events";
import { fileURLToPath } from "node:url";
import { closeAfterTest } from "./bench-store";

/** `npm run emulator -- ...` as a process of its own, which ends with the test at the latest. */
export function startMain(...args: string[]) {
  const main = fileURLToPath(new URL("../main.ts", import.meta.url));
  const command = ["--import", "tsx", main, "--port", "0", ...args];
  const child = spawn(process.execPath, command, { stdio: ["ignore", "pipe", "pipe"] });
  closeAfterTest({ close: async () => void child.kill("SIGKILL") });
  let output = "";
  for (const stream of [child.stdout, child.stderr]) {
    stream.on("data", (chunk) => {
      output += String(chunk);
    });
  }
  const url = async (): Promise<string> => {
    while (!output.includes("\n")) await once(child.stdout, "data");
    return /^AllScale emulator listening on (http:\/\/127\.0\.0\.1:\d+)\n/.exec(output)?.[1] ?? "";
  };
  const exit = once(child, "close").then(([code]) => code as number | null);
  return { child, output: () => output, url, exit };
}
