import { describe, expect, it } from "vitest";
import { equalText } from "../core/http";
import { openStore } from "../test-support/bench-store";
import { send } from "../test-support/merchant";
import known from "../vectors.json";
import * as signing from "./signing";

type Vector = Readonly<Record<string, string>> & { readonly headers: Readonly<Record<string, string>> };
const vectors = known.vectors as unknown as readonly Vector[];
const named = (list: readonly Vector[]) => list.map((vector) => [vector.name, vector] as const);
const slashless = "request_post_create_no_trailing_slash";

function canonicalOf(vector: Vector): string {
  const { kind, method = "", path = "", query = "", timestamp = "", nonce = "", webhook_id: webhookId = "" } = vector;
  const bytes = (name: string) => Buffer.from(vector[name] ?? "", "utf8");
  const request = { method, path, query, timestamp, nonce, body: bytes("body") };
  if (kind === "request") return signing.canonicalRequest(request);
  if (kind === "webhook") return signing.canonicalWebhook({ ...request, webhookId });
  const asked = { requestNonce: vector.request_nonce ?? "", requestBody: bytes("request_body") };
  const times = { timestamp: vector.response_timestamp ?? "", nonce: vector.response_nonce ?? "" };
  const answered = { status: Number(vector.status), path, ...times, body: bytes("response_body") };
  return signing.canonicalResponse({ ...asked, ...answered });
}

/** Sends a vector byte for byte to an emulator whose clock shows the vector's time. */
async function play({ method = "", headers, body, timestamp, api_secret: apiSecret = "" }: Vector, target: string) {
  const clockSkewMs = Number(timestamp) * 1000 - Date.now();
  const { emulator } = await openStore({ apiKey: headers["X-API-Key"] ?? "", apiSecret, settings: { clockSkewMs } });
  return send({ url: emulator.url, method, target, headers, ...(body && { body }) });
}

describe("the known-answer vectors", () => {
  it.each(named(vectors))("%s is signed and verified", (_name, vector) => {
    expect(signing.sha256Hex(new Uint8Array())).toBe(known.empty_body_sha256);
    const { canonical = "", signature = "", api_secret = "" } = vector;
    expect(canonicalOf(vector)).toBe(canonical);
    const expected = signing.signatureHeader(api_secret, canonical);
    expect(expected).toBe(`v1=${signature}`);
    const given = [expected, signature, `v1=${signature.slice(1)}`, expected.replace(/.=*$/, "!=")];
    expect(given.map((each) => equalText(each, expected))).toEqual([true, false, false, false]);
  });

  const requests = vectors.filter(({ kind }) => kind === "request");
  it.each(named(requests))("%s is believed on the wire", async (name, vector) => {
    const { status, body } = await play(vector, vector.path ?? "");
    const others: Record<string, unknown[]> = { [slashless]: [404, 10001], request_get_status: [404, 50001] };
    expect([status, body?.code]).toEqual(others[String(name)] ?? [200, 0]);
  });

  it("the one signed without its trailing slash is not believed with it", async () => {
    const [vector] = requests.filter(({ name }) => name === slashless);
    const answer = vector && (await play(vector, `${vector.path}/`));
    expect([answer?.status, answer?.body?.error?.details?.reason]).toEqual([401, "signature_mismatch"]);
  });
});
