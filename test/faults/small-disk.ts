import { execFileSync } from "node:child_process";
import { closeSync, mkdtempSync, openSync, rmSync, writeSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";

export type SmallDisk = {
  readonly folder: string;
  /** Leaves no byte free. */
  fill(): void;
  makeRoom(): void;
  /** Only a disk on which no file is open for writing becomes read-only. */
  readOnly(on: boolean): void;
  remove(): void;
};

/** A file system of a few megabytes; null where we may not mount one. */
export function mountSmallDisk(): SmallDisk | null {
  const folder = mkdtempSync(join(tmpdir(), "small-disk-"));
  const filler = join(folder, "filler");
  try {
    mount("-t", "tmpfs", "-o", "size=16m", "tmpfs", folder);
  } catch {
    rmSync(folder, { recursive: true });
    return null;
  }
  return {
    folder,
    fill: () => fill(filler),
    makeRoom: () => rmSync(filler, { force: true }),
    readOnly: (on) => mount("-o", `remount,${on ? "ro" : "rw"}`, folder),
    remove() {
      // Lazily: the files of a server that was killed a moment ago may still be on their way out.
      execFileSync("umount", ["-l", folder]);
      rmSync(folder, { recursive: true });
    },
  };
}

function mount(...args: string[]): void {
  execFileSync("mount", args, { stdio: "ignore" });
}

function fill(path: string): void {
  const file = openSync(path, "a");
  try {
    for (let size = 65_536; size >= 1; size = Math.floor(size / 2)) {
      try {
        for (;;) writeSync(file, Buffer.alloc(size));
      } catch {
        // That much does not fit any more; a smaller piece may.
      }
    }
  } finally {
    closeSync(file);
  }
}
