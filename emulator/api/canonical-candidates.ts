import type { Enforces } from "../check-names";
import { canonicalRequest, type RequestParts } from "../protocol/signing";

/**
 * The canonical strings a signature may match: the one of §2, first, and nothing else. Where a mutation test has
 * switched a part off, the string of a server that forgets this part is accepted too.
 */
export function acceptedCanonicals(parts: RequestParts, enforces: Enforces): readonly [string, ...string[]] {
  const lenient: RequestParts[] = [];
  if (!enforces("signature_method")) lenient.push({ ...parts, method: parts.method === "GET" ? "POST" : "GET" });
  if (!enforces("signature_path")) lenient.push({ ...parts, path: parts.path.replace(/\/$/, "") });
  if (!enforces("signature_query")) lenient.push({ ...parts, query: "" });
  if (!enforces("signature_body")) lenient.push({ ...parts, body: reserialised(parts.body) });
  return [canonicalRequest(parts), ...lenient.map(canonicalRequest)];
}

/** What a server signs that hashes its own writing of the body, a mistake listed in §14. */
function reserialised(body: Uint8Array): Uint8Array {
  try {
    return Buffer.from(JSON.stringify(JSON.parse(Buffer.from(body).toString("utf8"))), "utf8");
  } catch {
    return body;
  }
}
