import { spawn } from "node:child_process";
import { fileURLToPath } from "node:url";
import { endWithUs } from "../scripts/processes";

/** Starts `log-child.ts` as a process of its own, with a secret that must show nowhere. */
export function startLogChild(what: string) {
  const script = fileURLToPath(new URL("./log-child.ts", import.meta.url));
  const args = ["--conditions=react-server", "--import", "tsx", script, what];
  const env = { ...process.env, ADMIN_SECRET: "a-canary-secret-of-the-log" };
  const child = spawn(process.execPath, args, { stdio: ["ignore", "pipe", "pipe", "ipc"], env });
  const { stdout, stderr } = child;
  if (stdout === null || stderr === null) throw new Error("The child has no output.");
  endWithUs(child);
  return { child, stdout, stderr };
}
