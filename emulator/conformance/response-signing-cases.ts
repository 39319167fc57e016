import assert from "node:assert/strict";
import { createHash, createHmac, randomUUID } from "node:crypto";
import type { RawAnswer } from "../test-support/merchant";
import type { ConformanceCase } from "./conformance-case";
import { usd } from "./lab";

interface Asked {
  readonly path: string;
  readonly nonce: string;
  readonly body: string;
  readonly secret: string;
}

/** A client's check of §9, written apart from the emulator's signing. */
function verifies(answer: RawAnswer, { path, nonce, body, secret }: Asked): boolean {
  const { headers } = answer;
  const hash = (text: string): string => createHash("sha256").update(text).digest("hex");
  const lines = [
    String(answer.status),
    path,
    nonce,
    hash(body),
    headers["x-response-timestamp"],
    headers["x-response-nonce"],
    hash(answer.text),
  ];
  const expected = createHmac("sha256", secret).update(lines.join("\n")).digest("base64");
  return headers["x-response-signature"] === `v1=${expected}` && headers["x-request-nonce"] === nonce;
}

export const responseSigningCases: readonly ConformanceCase[] = [
  {
    section: "§9",
    name: "answers carry no signature unless the store wants them",
    run: async (lab) => {
      const store = await lab.store();
      assert.equal((await store.ask("/v1/test/ping")).headers["x-response-signature"], undefined);
    },
  },
  {
    section: "§9",
    name: "answers are signed over status, path without query, both nonces and both bodies",
    run: async (lab) => {
      const store = await lab.store({ signedResponse: true });
      const secret = store.merchant.apiSecret;
      const create = "/v1/checkout_intents/";
      for (const { target, body } of [
        { target: "/v1/test/ping?a=1", body: undefined },
        { target: create, body: JSON.stringify({ ...usd, user_name: "Zoë" }) },
        { target: "/v1/test/fail", body: undefined },
        { target: "/v1/checkout_intents/nope", body: undefined },
      ]) {
        const nonce = randomUUID();
        const answer = await store.ask(target, { nonce, ...(body === undefined ? {} : { body }) });
        const path = target.split("?")[0] ?? "";
        assert.ok(verifies(answer, { path, nonce, body: body ?? "", secret }), target);
        assert.equal(answer.headers["x-request-id"], answer.body?.request_id);
        assert.ok(Math.abs(Date.now() / 1000 - Number(answer.headers["x-response-timestamp"])) < 30);
      }
      assert.equal((await store.ask("/v1/test/ping", { key: "st_x" })).headers["x-response-signature"], undefined);
    },
  },
  {
    section: "§13",
    name: "errors may stay unsigned",
    run: async (lab) => {
      const store = await lab.store({ signedResponse: true, signErrorResponses: false });
      assert.equal((await store.ask("/v1/test/fail")).headers["x-response-signature"], undefined);
      assert.ok((await store.ask("/v1/test/ping")).headers["x-response-signature"]);
    },
  },
];
