/**
 * `npm run size`: what a payer downloads, in gzip bytes of what `next start` serves. Fails above the limits: what is
 * needed before a tip can be submitted is HTML and CSS alone, and scripts are counted above a blank page of the same Next.
 * Also what a serverless function carries, which is what it costs to start one.
 */
import { gzipSync } from "node:zlib";
import { startBlankPage } from "./blank-page";
import { makeOrder, startShop } from "./local-shop";
import { isEmbeddedStore, tracedFunctions } from "./traces";

type Weight = { readonly html: number; readonly css: number; readonly js: number };

const LIMITS = { tipToSubmit: 5_500, tipScripts: 3_500, orderScripts: 10_000, function: 3_500_000 };

const gzipped = (text: string) => gzipSync(text, { level: 9 }).length;
const read = async (url: string) => (await fetch(url)).text();

async function weigh(url: string): Promise<Weight> {
  const html = await read(url);
  const sum = async (paths: Iterable<string>) => {
    const files = await Promise.all([...new Set(paths)].map((path) => read(new URL(path, url).href)));
    return files.reduce((total, file) => total + gzipped(file), 0);
  };
  const tags = [...html.matchAll(/<(?:script|link)\b[^>]*>/g)].map(([tag]) => tag);
  // Browsers of this decade leave `noModule` alone.
  const scripts = tags.filter((tag) => tag.startsWith("<script") && !/nomodule/i.test(tag));
  const styles = tags.filter((tag) => tag.includes('rel="stylesheet"'));
  const named = (list: string[], name: string) =>
    list.flatMap((tag) => new RegExp(`\\b${name}="([^"]+)"`).exec(tag)?.[1] ?? []);
  return { html: gzipped(html), css: await sum(named(styles, "href")), js: await sum(named(scripts, "src")) };
}

const shop = await startShop();
const blankPage = await startBlankPage();
let failed = false;
try {
  const blank = await weigh(blankPage.url);
  const pages = {
    "tip, English": await weigh(`${shop.url}/?lang=en`),
    "tip, Deutsch": await weigh(`${shop.url}/?lang=de`),
    "tip, 日本語": await weigh(`${shop.url}/?lang=ja`),
    "tip, 简体中文": await weigh(`${shop.url}/?lang=zh-CN`),
    "order, English": await weigh(`${(await makeOrder(shop)).url}?lang=en`),
    blank,
  };
  console.log("\ngzip bytes");
  console.table(
    Object.fromEntries(
      Object.entries(pages).map(([name, weight]) => [
        name,
        { ...weight, "html+css": weight.html + weight.css, "js above blank": weight.js - blank.js },
      ]),
    ),
  );
  const tip = pages["tip, English"];
  const functions = tracedFunctions();
  const checks = [
    ["before a tip can be submitted (HTML and CSS)", tip.html + tip.css, LIMITS.tipToSubmit],
    ["scripts of the tip page above a blank page", tip.js - blank.js, LIMITS.tipScripts],
    ["scripts of the order page above a blank page", pages["order, English"].js - blank.js, LIMITS.orderScripts],
    ["the largest serverless function", Math.max(...functions.map(({ bytes }) => bytes)), LIMITS.function],
    [
      "files of the embedded store in functions",
      functions.flatMap(({ files }) => files.filter(isEmbeddedStore)).length,
      0,
    ],
  ] as const;
  for (const [what, bytes, limit] of checks) {
    console.log(`${bytes <= limit ? "ok  " : "OVER"} ${what}: ${bytes} of ${limit}`);
    failed ||= bytes > limit;
  }
} finally {
  blankPage.close();
  await shop.close();
}
process.exit(failed ? 1 : 0);
