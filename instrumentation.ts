import type { Instrumentation } from "next";

/** When the server starts: looks at requests before Next does, and says what is wrong with the settings, by name. */
export async function register() {
  const { noteArrivals } = await import("@/lib/http/arrival");
  const { makeRequestsReadable } = await import("@/lib/http/readable-requests");
  noteArrivals();
  makeRequestsReadable();
  const { getSettings } = await import("@/lib/env");
  const { log } = await import("@/lib/log");
  const { problems, warnings, store, publicUrl } = getSettings();
  for (const { name, problem } of problems) log.warn("setting_problem", { name, problem });
  for (const { name, problem } of warnings) log.warn("setting_warning", { name, problem });
  log.info("started", { store: store?.kind ?? null, publicUrl, ready: problems.length === 0 });
}

/** Next logs the error itself; this line adds where, and nothing of the request's headers. */
export const onRequestError: Instrumentation.onRequestError = async (error, request, context) => {
  const { log } = await import("@/lib/log");
  log.error("unhandled_error", error, { path: request.path.split("?")[0] ?? "", route: context.routePath });
};
