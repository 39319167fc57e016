import type { Instrumentation } from "next";

/** Next also builds this file for a runtime without Node's modules; the condition keeps them out of that build. */
export async function register() {
  if (process.env.NEXT_RUNTIME === "nodejs") (await import("@/lib/start")).start();
}

/** Next logs the error itself; this line adds where, and nothing of the request's headers. */
export const onRequestError: Instrumentation.onRequestError = async (error, request, context) => {
  if (process.env.NEXT_RUNTIME === "nodejs") {
    const { log } = await import("@/lib/log");
    log.error("unhandled_error", error, { path: request.path.split("?")[0] ?? "", route: context.routePath });
  }
};
