import { assertNever } from "@/lib/assert-never";
import type { Refusal } from "./problem";

export type BodyRefusal = "too_large" | "too_slow" | "cut_off";

export type ReadBodyResult =
  | { readonly ok: true; readonly bytes: Uint8Array<ArrayBuffer> }
  | { readonly ok: false; readonly reason: BodyRefusal };

const BODY_TIMEOUT_MS = 10_000;

/**
 * Reads a request body byte for byte, up to a cap: Next sets none. A declared length over the cap is refused before a
 * byte is read, a body that trickles in for longer than 10 s is given up, and one whose sender went away was cut off.
 */
export async function readBody(request: Request, capBytes: number): Promise<ReadBodyResult> {
  if (Number(request.headers.get("content-length") ?? 0) > capBytes) return { ok: false, reason: "too_large" };
  const reader = request.body?.getReader();
  if (reader === undefined) return { ok: true, bytes: new Uint8Array() };

  const chunks: Uint8Array[] = [];
  let total = 0;
  let late = false;
  const timer = setTimeout(() => {
    late = true;
    void reader.cancel();
  }, BODY_TIMEOUT_MS);
  try {
    for (;;) {
      const { done, value } = await reader.read();
      if (late) return { ok: false, reason: "too_slow" };
      if (done) break;
      total += value.byteLength;
      if (total > capBytes) {
        void reader.cancel();
        return { ok: false, reason: "too_large" };
      }
      chunks.push(value);
    }
  } catch {
    return { ok: false, reason: late ? "too_slow" : "cut_off" };
  } finally {
    clearTimeout(timer);
  }
  const bytes = new Uint8Array(total);
  let offset = 0;
  for (const chunk of chunks) {
    bytes.set(chunk, offset);
    offset += chunk.byteLength;
  }
  return { ok: true, bytes };
}

/** How a body that was not read to its end is answered. */
export function bodyProblem(reason: BodyRefusal): Refusal {
  switch (reason) {
    case "too_large":
      return { code: "body_too_large", detail: "The body is larger than this route takes." };
    case "too_slow":
      return { code: "body_too_slow", detail: "The body did not arrive within 10 s." };
    case "cut_off":
      // Hardly anybody is there to read it, but it must not count as an error of ours.
      return { code: "unreadable", detail: "The body broke off." };
    default:
      return assertNever(reason);
  }
}
