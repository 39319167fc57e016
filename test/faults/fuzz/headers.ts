import fc from "fast-check";

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

export const spoiltHeaders = fc
  .array(fc.tuple(headerName, headerValue), { maxLength: 5 })
  .map((entries) => Object.fromEntries(entries.map(([name, value]) => [name, value.trim()])));

export const CONTENT_TYPE = fc.constantFrom(
  "application/json",
  "application/json; charset=utf-16",
  "application/x-www-form-urlencoded",
  "multipart/form-data; boundary=x",
  "text/plain",
  "application/jsonp",
  "",
);

/** What only a socket can be made to send: lies about lengths, folded and split headers, two framings at once. */
export const rawHeaders: fc.Arbitrary<Record<string, string>> = fc
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
