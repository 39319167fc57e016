import { setTimeout as sleep } from "node:timers/promises";

/**
 * Asks until the answer is not undefined, and returns it. Throws after the deadline, with the last error as cause. Asks
 * once more after the deadline, as the machine may have stood still until then.
 */
export async function eventually<T>(ask: () => Promise<T | undefined> | T | undefined, timeoutMs = 10_000): Promise<T> {
  const deadlineMs = performance.now() + timeoutMs;
  let cause: unknown;
  for (let isLast = false; ; ) {
    try {
      const answer = await ask();
      if (answer !== undefined) return answer;
    } catch (error) {
      cause = error;
    }
    if (isLast) break;
    await sleep(10);
    isLast = performance.now() >= deadlineMs;
  }
  throw new Error(`Nothing came of it within ${timeoutMs} ms.`, { cause });
}
