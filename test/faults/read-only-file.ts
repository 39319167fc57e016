import { execFileSync } from "node:child_process";
import { chmodSync, existsSync } from "node:fs";

/**
 * Makes files read-only, also for a process that has them open: by the immutable attribute where we are root, whom
 * permissions do not stop, otherwise by permissions. Answers how to undo it, or null where neither works.
 */
export function makeReadOnly(paths: readonly string[]): { undo(): void; stopsOpenFiles: boolean } | null {
  const present = paths.filter((path) => existsSync(path));
  if (process.getuid?.() !== 0) {
    for (const path of present) chmodSync(path, 0o400);
    return { undo: () => present.forEach((path) => void chmodSync(path, 0o600)), stopsOpenFiles: false };
  }
  const attribute = (change: string) => execFileSync("chattr", [change, ...present], { stdio: "ignore" });
  try {
    attribute("+i");
    return { undo: () => void attribute("-i"), stopsOpenFiles: true };
  } catch {
    return null;
  }
}
