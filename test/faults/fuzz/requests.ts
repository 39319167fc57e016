import fc from "fast-check";
import { signWebhook } from "@/e2e/support/sign-webhook";
import type { Credentials } from "../deliveries";
import { formBody, jsonBody, webhookBody } from "./bodies";
import { CONTENT_TYPE, rawHeaders, spoiltHeaders } from "./headers";
import { METHOD, pathOf, RAW_METHOD } from "./targets";

export type FuzzedRequest = {
  readonly method: string;
  readonly path: string;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: Buffer;
  /** What happens to the body on its way; "raw" requests are written to the socket as they are. */
  readonly channel: "whole" | "raw" | "cut";
};

export type Known = {
  readonly orderIds: readonly string[];
  readonly paymentIds: readonly string[];
  readonly webhookUrl: string;
  readonly credentials: Credentials;
};

const bodyArbitrary = fc.oneof(
  { weight: 4, arbitrary: jsonBody.map((text) => Buffer.from(text)) },
  { weight: 3, arbitrary: formBody.map((text) => Buffer.from(text)) },
  { weight: 1, arbitrary: fc.uint8Array({ maxLength: 200 }).map((bytes) => Buffer.from(bytes)) },
  { weight: 1, arbitrary: fc.constant(Buffer.alloc(0)) },
);

/** From an address of its own, so that the limits of one address do not end the run. */
const address = fc.nat(0xffff).map((number) => `198.18.${number >> 8}.${number & 255}`);

/** Any request to any route, spoilt in any place. */
export function fuzzedRequest(known: Known): fc.Arbitrary<FuzzedRequest> {
  const anything = fc
    .record({
      method: METHOD,
      path: pathOf(known.orderIds),
      headers: spoiltHeaders,
      type: CONTENT_TYPE,
      address,
      body: bodyArbitrary,
      channel: fc.constantFrom<FuzzedRequest["channel"]>("whole", "whole", "whole", "whole", "cut"),
    })
    .map(({ type, address: from, headers, ...rest }) => ({
      ...rest,
      headers: { "content-type": type, "x-forwarded-for": from, ...headers },
    }));
  const checkout = fc
    .record({ body: fc.oneof(jsonBody, formBody), form: fc.boolean(), address, headers: spoiltHeaders })
    .map(({ body, form, address: from, headers }) => ({
      method: "POST",
      path: "/api/checkout",
      headers: {
        ...headers,
        "x-forwarded-for": from,
        "content-type": form ? "application/x-www-form-urlencoded" : "application/json",
      },
      body: Buffer.from(body),
      channel: "whole" as const,
    }));
  const webhook = webhookBody(known.paymentIds).map(({ webhookId, body }) => ({
    method: "POST",
    path: "/api/webhooks/allscale",
    headers: signWebhook({ url: known.webhookUrl, ...known.credentials, webhookId, body }).headers,
    body: Buffer.from(body),
    channel: "whole" as const,
  }));
  const raw = fc
    .record({
      method: RAW_METHOD,
      path: fc.oneof(pathOf(known.orderIds), fc.constantFrom("*", "", "http://example.com/", "/\u0000", "/ /", "/ä")),
      headers: rawHeaders,
      body: bodyArbitrary,
    })
    .map((request) => ({ ...request, channel: "raw" as const }));
  return fc.oneof(
    { weight: 10, arbitrary: anything },
    { weight: 4, arbitrary: checkout },
    { weight: 3, arbitrary: webhook },
    { weight: 2, arbitrary: raw },
  );
}
