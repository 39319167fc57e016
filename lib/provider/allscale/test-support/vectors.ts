import { z } from "zod";
import file from "../vectors.json";

/** The vectors were computed with other programs (python3, openssl), so they check us and not ourselves. */
const signed = { name: z.string(), api_secret: z.string(), canonical: z.string(), signature: z.string() };
const headers = z.record(z.string(), z.string());
const request = {
  api_key: z.string(),
  path: z.string(),
  query: z.string(),
  timestamp: z.string(),
  nonce: z.string(),
  body: z.string(),
  body_sha256: z.string(),
};
const vectorSchema = z.discriminatedUnion("kind", [
  z.object({ kind: z.literal("request"), method: z.enum(["GET", "POST"]), headers, ...signed, ...request }),
  z.object({ kind: z.literal("webhook"), method: z.string(), webhook_id: z.string(), headers, ...signed, ...request }),
  z.object({
    kind: z.literal("response"),
    status: z.int(),
    path: z.string(),
    request_nonce: z.string(),
    request_body: z.string(),
    request_body_sha256: z.string(),
    response_timestamp: z.string(),
    response_nonce: z.string(),
    response_body: z.string(),
    response_body_sha256: z.string(),
    headers,
    ...signed,
  }),
]);
type Vector = z.infer<typeof vectorSchema>;

export const vectors: Vector[] = z.array(vectorSchema).parse(file.vectors);

export function ofKind<Kind extends Vector["kind"]>(kind: Kind): Extract<Vector, { kind: Kind }>[] {
  return vectors.filter((vector): vector is Extract<Vector, { kind: Kind }> => vector.kind === kind);
}

/** The kind is the first word of the name, so the type follows from it. */
export function vectorNamed<Kind extends Vector["kind"]>(name: `${Kind}_${string}`): Extract<Vector, { kind: Kind }> {
  const kind = name.split("_")[0] as Kind;
  const vector = ofKind(kind).find((candidate) => candidate.name === name);
  if (vector === undefined) throw new Error(`There is no vector ${name}.`);
  return vector;
}

/** The vector of a response as it is verified, at the time of its signature. */
export function receivedResponse(vector: ReturnType<typeof ofKind<"response">>[number]) {
  const bytes = (text: string) => new TextEncoder().encode(text);
  return {
    status: vector.status,
    headers: new Headers(vector.headers),
    body: bytes(vector.response_body),
    path: vector.path,
    requestNonce: vector.request_nonce,
    requestBody: bytes(vector.request_body),
    apiSecret: vector.api_secret,
    nowMs: Number(vector.response_timestamp) * 1_000,
  };
}
