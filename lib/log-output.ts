import "server-only";
import { writeSync } from "node:fs";

/** Bounds what waits while the reader of the log has stopped. */
const MAX_WAITING_BYTES = 4 * 1024 * 1024;
const RETRY_MS = 50;
const LAST_TRY_MS = 1_000;

export type LogOutput = { write(line: string): void; flush(): void };

/**
 * Writes each line at once, so that it is there before the answer that it is about, whatever ends the process then. Where
 * a pipe is full because its reader has stopped, the app goes on: lines wait, and when too many wait they are dropped. It
 * takes Node's stream, because opening that makes a pipe non-blocking.
 */
export function openLogOutput({ fd }: { fd: number }): LogOutput {
  const waiting: Buffer[] = [];
  let waitingBytes = 0;
  let retry: NodeJS.Timeout | undefined;

  /** False when the reader takes no more for now. */
  function drain(): boolean {
    for (let [first] = waiting; first !== undefined; [first] = waiting) {
      const written = tryWrite(fd, first);
      if (written === null) {
        waiting.length = 0;
        waitingBytes = 0;
        return true;
      }
      waitingBytes -= written;
      if (written < first.length) {
        waiting[0] = first.subarray(written);
        return false;
      }
      waiting.shift();
    }
    return true;
  }

  function drainLater(): void {
    retry = setTimeout(() => {
      retry = undefined;
      if (!drain()) drainLater();
    }, RETRY_MS).unref();
  }

  return {
    write(line) {
      const bytes = Buffer.from(line);
      if (waitingBytes + bytes.length > MAX_WAITING_BYTES) return;
      waiting.push(bytes);
      waitingBytes += bytes.length;
      if (retry === undefined && !drain()) drainLater();
    },
    flush() {
      const endAt = performance.now() + LAST_TRY_MS;
      while (!drain() && performance.now() < endAt) {
        Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, 5);
      }
    },
  };
}

/** The number of bytes that were taken, 0 when the pipe is full. Null when there is nothing to write to any more. */
function tryWrite(fd: number, bytes: Buffer): number | null {
  try {
    return writeSync(fd, bytes);
  } catch (error) {
    const code = error instanceof Error && "code" in error ? error.code : null;
    return code === "EAGAIN" || code === "EINTR" ? 0 : null;
  }
}
