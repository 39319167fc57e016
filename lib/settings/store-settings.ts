import "server-only";
import { readUrl, type SettingReader, trimSlash } from "./setting-reader";

export type StoreSettings =
  | { readonly kind: "sqlite"; readonly path: string }
  | { readonly kind: "redis"; readonly url: string; readonly token: string };

/** Hosts whose files are gone with the request. */
const SERVERLESS_MARKS = [
  "VERCEL",
  "AWS_LAMBDA_FUNCTION_NAME",
  "NETLIFY",
  "CF_PAGES",
  "K_SERVICE",
  "FUNCTIONS_WORKER_RUNTIME",
];

const REDIS_PAIRS = [
  { urlName: "UPSTASH_REDIS_REST_URL", tokenName: "UPSTASH_REDIS_REST_TOKEN" },
  { urlName: "KV_REST_API_URL", tokenName: "KV_REST_API_TOKEN" },
];

export function readStore(reader: SettingReader): StoreSettings | null {
  const touched = REDIS_PAIRS.filter(({ urlName, tokenName }) => reader.isSet(urlName) || reader.isSet(tokenName));
  const complete = touched.find(({ urlName, tokenName }) => reader.isSet(urlName) && reader.isSet(tokenName));
  const pair = complete ?? touched[0];
  if (pair !== undefined) {
    const token = reader.get(pair.tokenName);
    if (token === undefined) return reader.refuse(pair.tokenName, `is not set, although ${pair.urlName} is`);
    if (!reader.isSet(pair.urlName)) return reader.refuse(pair.urlName, `is not set, although ${pair.tokenName} is`);
    const url = readUrl(reader, { name: pair.urlName });
    return url === null ? null : { kind: "redis", url: trimSlash(url.href), token };
  }
  if (SERVERLESS_MARKS.some((mark) => reader.isSet(mark))) {
    return reader.refuse(
      "UPSTASH_REDIS_REST_URL",
      "is not set: this host keeps no files, so orders need a Redis store (UPSTASH_REDIS_REST_URL and _TOKEN, or KV_REST_API_URL and _TOKEN)",
    );
  }
  return { kind: "sqlite", path: reader.get("ORDER_DATABASE") ?? ".data/orders.db" };
}
