import fc from "fast-check";
import { signWebhook } from "@/e2e/support/sign-webhook";
import type { Credentials } from "../deliveries";
import { formBody, jsonBody, NASTY, webhookBody } from "./bodies";

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

const METHOD = fc.oneof(
  { weight: 8, arbitrary: fc.constantFrom("GET", "POST") },
  { weight: 2, arbitrary: fc.constantFrom("HEAD", "PUT", "PATCH", "DELETE", "OPTIONS") },
  { weight: 1, arbitrary: fc.constantFrom("TRACE", "PROPFIND", "SEARCH", "PURGE", "QUERY") },
);
const RAW_METHOD = fc.constantFrom("GET", "POST", "get", "FOO", "G\u00e4T", "", "GET\t", "CONNECT", "PRI");

const ODD_SEGMENTS = [
  "%",
  "%zz",
  "%00",
  "%2e%2e",
  "..",
  ".",
  "%2f",
  "%5c",
  "%ff%fe",
  "%ed%a0%80",
  "__proto__",
  "[id]",
  "a".repeat(3_000),
];

function pathOf({ orderIds }: Known): fc.Arbitrary<string> {
  const id = fc.oneof(
    fc.constantFrom("unknownunknownunknown1", "x", "-".repeat(64), "a".repeat(65), ...ODD_SEGMENTS),
    fc.constantFrom(...orderIds),
  );
  const route = fc.oneof(
    { weight: 3, arbitrary: fc.constantFrom("/", "/api/checkout", "/api/webhooks/allscale") },
    { weight: 3, arbitrary: id.map((each) => `/api/orders/${each}`) },
    { weight: 2, arbitrary: id.map((each) => `/orders/${each}`) },
    { weight: 1, arbitrary: id.map((each) => `/api/orders/${each}/payments`) },
    {
      weight: 2,
      arbitrary: fc.constantFrom("/api/health", "/api/cron/reconcile", "/icon.svg", "/favicon.ico", "/setup"),
    },
    {
      weight: 1,
      arbitrary: fc.constantFrom(
        "/_next/data/x/index.json",
        "/_next/image?url=/icon.svg&w=64&q=75",
        "/_next/static/x.js",
        "/_next/webpack-hmr",
      ),
    },
    {
      weight: 2,
      arbitrary: fc
        .array(fc.constantFrom("api", "orders", "_next", "checkout", ...ODD_SEGMENTS), { maxLength: 5 })
        .map((each) => `/${each.join("/")}`),
    },
    {
      weight: 1,
      arbitrary: fc.constantFrom(
        "//example.com",
        "/\\example.com",
        "/api//checkout",
        "/api/checkout/",
        "/API/CHECKOUT",
        "/;a=b",
        "/%2F%2Fexample.com",
      ),
    },
  );
  const query = fc.oneof(
    { weight: 5, arbitrary: fc.constant("") },
    {
      weight: 2,
      arbitrary: fc.constantFrom(
        "?error=x&error=y",
        "?__proto__[a]=1",
        "?amount=%",
        "?_rsc=1",
        "?amount=5&message=%00",
        `?message=${"m".repeat(5_000)}`,
        "?constructor=1&error[]=2",
        "??&&==",
        "?error=%3Cscript%3E",
      ),
    },
    { weight: 1, arbitrary: NASTY.map((text) => `?amount=${encodeURIComponent(text.toWellFormed().slice(0, 500))}`) },
  );
  return fc.tuple(route, query).map(([path, search]) => path + search);
}

/** What Node's client agrees to send: visible Latin-1. */
const headerValue = fc.oneof(
  fc.string({
    unit: fc
      .integer({ min: 0x20, max: 0xff })
      .filter((code) => code !== 0x7f)
      .map((code) => String.fromCharCode(code)),
    maxLength: 60,
  }),
  fc.constantFrom(
    "",
    "0",
    "-1",
    "null",
    "__proto__",
    "a".repeat(4_000),
    "*/*",
    "text/html",
    "1, 2, 3",
    "::1",
    "[",
    "%00",
    "{}",
    "[]",
  ),
);

const headerName = fc.constantFrom(
  "accept",
  "accept-encoding",
  "accept-language",
  "authorization",
  "cookie",
  "content-type",
  "content-encoding",
  "idempotency-key",
  "if-none-match",
  "if-modified-since",
  "range",
  "origin",
  "referer",
  "user-agent",
  "x-forwarded-for",
  "x-forwarded-host",
  "x-forwarded-proto",
  "x-forwarded-port",
  "x-real-ip",
  "forwarded",
  "via",
  "x-middleware-subrequest",
  "x-middleware-rewrite",
  "x-middleware-next",
  "x-invoke-path",
  "x-invoke-status",
  "x-matched-path",
  "x-nextjs-data",
  "x-now-route-matches",
  "next-action",
  "next-router-state-tree",
  "next-router-prefetch",
  "next-router-segment-prefetch",
  "next-url",
  "rsc",
  "purpose",
  "x-http-method-override",
  "x-api-key",
  "x-webhook-id",
  "x-webhook-timestamp",
  "x-webhook-nonce",
  "x-webhook-signature",
  "__proto__",
  "constructor",
  "x-request-id",
  "sec-fetch-site",
);

const headersArbitrary = fc
  .array(fc.tuple(headerName, headerValue), { maxLength: 5 })
  .map((entries) => Object.fromEntries(entries.map(([name, value]) => [name, value.trim()])));

const CONTENT_TYPE = fc.constantFrom(
  "application/json",
  "application/json; charset=utf-16",
  "application/x-www-form-urlencoded",
  "multipart/form-data; boundary=x",
  "text/plain",
  "application/jsonp",
  "",
);

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
      path: pathOf(known),
      headers: headersArbitrary,
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
    .record({ body: fc.oneof(jsonBody, formBody), form: fc.boolean(), address, headers: headersArbitrary })
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
      path: fc.oneof(pathOf(known), fc.constantFrom("*", "", "http://example.com/", "/\u0000", "/ /", "/ä")),
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

/** What only a socket can be made to send: lies about lengths, folded and split headers, two framings at once. */
const rawHeaders: fc.Arbitrary<Record<string, string>> = fc
  .subarray<[string, string]>([
    ["content-length", "5"],
    ["content-length", "-1"],
    ["Content-Length", "99999999999999999999"],
    ["transfer-encoding", "chunked"],
    ["transfer-encoding", "gzip, chunked"],
    ["host", ""],
    ["host", "example.com\r\nx-injected: yes"],
    ["x-folded", "a\r\n b"],
    ["x-null", "a\u0000b"],
    ["x forbidden", "space"],
    ["connection", "upgrade"],
    ["upgrade", "websocket"],
    ["expect", "100-continue"],
    ["expect", "nonsense"],
    ["x-huge", "h".repeat(20_000)],
    ["content-type", "application/json"],
  ])
  .map((entries) => Object.fromEntries(entries));
