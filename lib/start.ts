import "server-only";
import { getSettings, isDevelopment } from "@/lib/env";
import { flushLog, log, logWhatIsPrinted } from "@/lib/log";
import type { Services } from "@/lib/services";
import { guardRequests } from "@/lib/web/guard";

/** Once, when the server starts: stands before Next, and says what is wrong with the settings, by name. */
export function start(): void {
  const development = isDevelopment();
  if (!development) logWhatIsPrinted();
  const { problems, warnings, store, publicUrl, trustedProxyHops } = getSettings();
  guardRequests({ development, trustedProxyHops, onProxyWarning: (warning) => log.warn("setting_warning", warning) });
  for (const { name, problem } of problems) log.warn("setting_problem", { name, problem });
  for (const { name, problem } of warnings) log.warn("setting_warning", { name, problem });
  log.info("started", { store: store?.kind ?? null, publicUrl, ready: problems.length === 0 });
  process.once("exit", end);
}

/** What SIGTERM and SIGINT come down to, after the last answer was sent. Nothing here may wait. */
function end(): void {
  // What requests have opened, if any came. Not by `getServices`: every function would carry all of it once more.
  const { checkoutServices } = globalThis as { checkoutServices?: Services };
  // SQLite's close works at once; Redis has nothing to close.
  void checkoutServices?.flow?.store.close();
  log.info("ended");
  flushLog();
}
