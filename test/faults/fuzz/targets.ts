import fc from "fast-check";
import { NASTY } from "./bodies";

export const METHOD = fc.oneof(
  { weight: 8, arbitrary: fc.constantFrom("GET", "POST") },
  { weight: 2, arbitrary: fc.constantFrom("HEAD", "PUT", "PATCH", "DELETE", "OPTIONS") },
  { weight: 1, arbitrary: fc.constantFrom("TRACE", "PROPFIND", "SEARCH", "PURGE", "QUERY") },
);
export const RAW_METHOD = fc.constantFrom("GET", "POST", "get", "FOO", "G\u00e4T", "", "GET\t", "CONNECT", "PRI");

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

/** Every route, with ids that exist, do not, and cannot be; and what is no route. */
export function pathOf(orderIds: readonly string[]): fc.Arbitrary<string> {
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
