import { spawnSync } from "node:child_process";
import { rmSync } from "node:fs";
import { basename, join } from "node:path";
import { findChromium } from "./system-programs";
import { copyTree } from "./tree-copy";

/** A copy of this checkout, and what is run there. What fails does not hide what comes after it. */
export type Trial = { readonly copy: string; readonly bin: (name: string, ...args: string[]) => void };

/** Tries on a copy what a fork does: `edit` deletes a part, `check` runs what has to pass all the same. */
export function tryDeletion(
  name: string,
  { edit, check }: { readonly edit: (copy: string) => void; readonly check: (trial: Trial) => void },
): readonly string[] {
  const copy = copyTree(name);
  const started = Date.now();
  const failed: string[] = [];
  const env = { ...process.env, NEXT_TELEMETRY_DISABLED: "1", PLAYWRIGHT_CHROMIUM_PATH: findChromium() };
  function run(command: string, args: readonly string[]): void {
    console.log(`\n=== ${[basename(command), ...args].join(" ")}`);
    const { status } = spawnSync(command, args, { cwd: copy, stdio: "inherit", env });
    if (status !== 0) failed.push([basename(command), ...args].join(" "));
  }
  try {
    // Lint reads what git ignores, and doctor names the commit.
    run("git", ["init", "-q"]);
    const author = ["-c", "user.name=A fork", "-c", "user.email=fork@example.com"];
    run("git", [...author, "commit", "-q", "--allow-empty", "-m", "A copy"]);
    edit(copy);
    check({ copy, bin: (program, ...args) => run(join(copy, "node_modules/.bin", program), args) });
  } finally {
    rmSync(copy, { recursive: true, force: true });
  }
  const seconds = Math.round((Date.now() - started) / 1000);
  if (failed.length === 0) console.log(`\n${name}: everything passes (${seconds} s).`);
  else console.error(`\n${name}: these fail (${seconds} s):\n${failed.join("\n")}`);
  return failed;
}
