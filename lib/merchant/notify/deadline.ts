/**
 * Work that ends in time: its signal fires after this long, or when the outer one does. Timer and listener are our own,
 * because on Node 20 a signal made with `AbortSignal.any` can be garbage collected before it fires.
 */
export async function beforeDeadline<Result>(
  { signal: outer, timeoutMs }: { readonly signal: AbortSignal; readonly timeoutMs: number },
  work: (signal: AbortSignal) => Promise<Result>,
): Promise<Result> {
  const controller = new AbortController();
  const stop = () => controller.abort();
  if (outer.aborted) stop();
  outer.addEventListener("abort", stop);
  const timer = setTimeout(stop, timeoutMs);
  try {
    return await work(controller.signal);
  } finally {
    clearTimeout(timer);
    outer.removeEventListener("abort", stop);
  }
}
