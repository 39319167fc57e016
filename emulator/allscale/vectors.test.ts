import { describe, expect, it } from "vitest";
import { openStore } from "../test-support/bench-store";
import { send } from "../test-support/merchant";
import known from "../vectors.json";

type RequestVector = (typeof known.vectors)[number] & {
  readonly kind: "request";
  readonly method: string;
  readonly body: string;
  readonly timestamp: string;
  readonly headers: Record<string, string>;
};

const isRequest = (vector: (typeof known.vectors)[number]): vector is RequestVector => vector.kind === "request";
const requests = known.vectors.filter(isRequest);

/** Sends a vector byte for byte to an emulator whose clock shows the vector's time. */
async function play(vector: RequestVector, target: string) {
  const { emulator } = await openStore({
    apiKey: String(vector.headers["X-API-Key"]),
    apiSecret: vector.api_secret,
    settings: { clockSkewMs: Number(vector.timestamp) * 1000 - Date.now() },
  });
  const { method, headers, body } = vector;
  return send({ url: emulator.url, method, target, headers, ...(body === "" ? {} : { body }) });
}

describe("the known-answer requests on the wire", () => {
  it.each(requests.map((vector) => [vector.name, vector] as const))("%s is believed", async (_name, vector) => {
    const { status, body } = await play(vector, vector.path);
    const wanted: Readonly<Record<string, readonly [number, number]>> = {
      request_post_create_no_trailing_slash: [404, 10001],
      request_get_status: [404, 50001],
    };
    expect([status, body?.code]).toEqual(wanted[vector.name] ?? [200, 0]);
  });

  it("the one signed without its trailing slash is not believed with it", async () => {
    const vector = requests.find(({ name }) => name === "request_post_create_no_trailing_slash");
    if (vector === undefined) throw new Error("The vector is missing.");
    const { status, body } = await play(vector, `${vector.path}/`);
    expect([status, body?.error?.details?.reason]).toEqual([401, "signature_mismatch"]);
  });
});
