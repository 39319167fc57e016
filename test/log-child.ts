/** A process that logs and prints as an app does, told what by its argument: see `lib/log.test.ts`. */
import { setTimeout as sleep } from "node:timers/promises";
import { flushLog, log, logWhatIsPrinted, withLogFields } from "@/lib/log";

const HOSTILE = 'x\n{"level":"info","event":"forged"}\r\n\u001b[2J\u009b31m\u0085\u2028\u202e\ud800';
const [what] = process.argv.slice(2);

switch (what) {
  case "hostile":
    logWhatIsPrinted();
    log.info("event", { text: HOSTILE });
    log.error("failed", new Error(HOSTILE), { path: HOSTILE });
    console.log(HOSTILE);
    console.error(new Error(HOSTILE));
    process.stdout.write(Buffer.from(HOSTILE));
    await new Promise<void>((resolve) => process.stderr.write(`${process.env.ADMIN_SECRET}\n`, () => resolve()));
    break;
  case "context":
    await Promise.all(
      ["a", "b"].map((requestId) =>
        withLogFields({ requestId }, async () => {
          await sleep(Math.random() * 20);
          log.info("outer");
          await withLogFields({ orderId: `of ${requestId}` }, async () => {
            await sleep(Math.random() * 20);
            log.info("inner");
          });
          setTimeout(() => log.info("later"), 5);
        }),
      ),
    );
    log.info("outside");
    break;
  case "exit":
    // More than a pipe holds.
    for (let line = 0; line < 5_000; line += 1) log.info("line", { line });
    process.once("exit", flushLog);
    process.exit(0);
    break;
  case "kill":
    for (let line = 0; line < 100; line += 1) log.info("line", { line });
    process.kill(process.pid, "SIGKILL");
    break;
  case "stalled": {
    const startedAt = performance.now();
    for (let line = 0; line < 200_000; line += 1) log.info("line", { line, text: "x".repeat(200) });
    const ms = performance.now() - startedAt;
    const megabytes = process.memoryUsage.rss() / 2 ** 20;
    process.send?.({ ms, megabytes });
    break;
  }
}
