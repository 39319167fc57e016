import "server-only";
import { readSecret, readUrl, type SettingReader, trimSlash } from "./setting-reader";

export type StoreSettings =
  | { readonly kind: "sqlite"; readonly path: string }
  | {
      readonly kind: "redis";
      readonly url: string;
      readonly token: string;
      /** The setting that the address comes from, for messages about it. */
      readonly urlName: string;
    };

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
  const pairs = REDIS_PAIRS.filter(({ urlName, tokenName }) => reader.isSet(urlName) || reader.isSet(tokenName));
  // Also beside a whole pair, which may be that of an old database.
  for (const { urlName, tokenName } of pairs) {
    if (!reader.isSet(tokenName)) return reader.refuse(tokenName, `is not set, although ${urlName} is`);
    if (!reader.isSet(urlName)) return reader.refuse(urlName, `is not set, although ${tokenName} is`);
  }
  const [pair] = pairs;
  if (pair !== undefined) return readRedis(reader, pair);
  if (SERVERLESS_MARKS.some((mark) => reader.isSet(mark))) {
    return reader.refuse(
      "UPSTASH_REDIS_REST_URL",
      "is not set: this host keeps no files, so orders need a Redis store (UPSTASH_REDIS_REST_URL and _TOKEN, or KV_REST_API_URL and _TOKEN)",
    );
  }
  return { kind: "sqlite", path: reader.get("ORDER_DATABASE") ?? ".data/orders.db" };
}

function readRedis(
  reader: SettingReader,
  { urlName, tokenName }: { urlName: string; tokenName: string },
): StoreSettings | null {
  const url = readUrl(reader, { name: urlName, plainHttp: "warned" });
  const token = readSecret(reader, tokenName);
  if (url === null || token === null) return null;
  return { kind: "redis", url: trimSlash(url.href), token, urlName };
}
