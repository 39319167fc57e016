import type { Refusal } from "./refusals";

export type ReadBodyResult =
  | { readonly ok: true; readonly bytes: Uint8Array<ArrayBuffer> }
  | { readonly ok: false; readonly refusal: Refusal };

const BODY_TIMEOUT_MS = 10_000;

const TOO_LARGE: Refusal = { code: "body_too_large", detail: "The body is larger than this route takes." };
const TOO_SLOW: Refusal = { code: "body_too_slow", detail: "The body did not arrive within 10 s." };
const CUT_OFF: Refusal = { code: "unreadable", detail: "The body broke off." };

/**
 * Reads a request body byte for byte, up to a cap: Next sets none. A declared length over the cap is refused before a byte
 * is read, and a body that trickles in for longer than 10 s is given up.
 */
export async function readBody(request: Request, capBytes: number): Promise<ReadBodyResult> {
  if (Number(request.headers.get("content-length") ?? 0) > capBytes) return { ok: false, refusal: TOO_LARGE };
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
      if (late) return { ok: false, refusal: TOO_SLOW };
      if (done) break;
      total += value.byteLength;
      if (total > capBytes) {
        void reader.cancel();
        return { ok: false, refusal: TOO_LARGE };
      }
      chunks.push(value);
    }
  } catch {
    return { ok: false, refusal: late ? TOO_SLOW : CUT_OFF };
  } finally {
    clearTimeout(timer);
  }
  return { ok: true, bytes: new Uint8Array(Buffer.concat(chunks, total)) };
}
