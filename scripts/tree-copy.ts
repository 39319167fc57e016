import { execFileSync } from "node:child_process";
import { cpSync, mkdirSync, mkdtempSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { APP_FOLDER } from "./processes";

/** Copies what git tracks or would track, and the packages, to a new folder for a test that changes the tree. */
export function copyTree(name: string): string {
  const copy = mkdtempSync(join(tmpdir(), `checkout-${name}-`));
  const listed = execFileSync("git", ["ls-files", "-z", "-co", "--exclude-standard"], {
    cwd: APP_FOLDER,
    encoding: "utf8",
  });
  const files = listed.split("\0").filter((path) => path !== "");
  for (const path of files) {
    mkdirSync(dirname(join(copy, path)), { recursive: true });
    cpSync(join(APP_FOLDER, path), join(copy, path));
  }
  // Links where the file system allows them; the packages are not changed.
  const modules = join(APP_FOLDER, "node_modules");
  try {
    execFileSync("cp", ["-al", modules, copy], { stdio: "ignore" });
  } catch {
    execFileSync("cp", ["-a", modules, copy]);
  }
  return copy;
}
