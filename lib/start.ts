import "server-only";
import { getSettings } from "@/lib/env";
import { noteArrivals } from "@/lib/http/arrival";
import { makeRequestsReadable } from "@/lib/http/readable-requests";
import { log } from "@/lib/log";

/** Once, when the server starts: looks at requests before Next does, and says what is wrong with the settings, by name. */
export function start(): void {
  noteArrivals();
  makeRequestsReadable();
  const { problems, warnings, store, publicUrl } = getSettings();
  for (const { name, problem } of problems) log.warn("setting_problem", { name, problem });
  for (const { name, problem } of warnings) log.warn("setting_warning", { name, problem });
  log.info("started", { store: store?.kind ?? null, publicUrl, ready: problems.length === 0 });
}
