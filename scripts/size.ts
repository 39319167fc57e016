/**
 * `npm run size`: what a payer downloads, in gzip bytes of what `next start` serves. Fails above the limits: what is
 * needed before a tip can be submitted is HTML and CSS alone, and scripts are counted above a blank page of the same Next.
 */
import { spawn } from "node:child_process";
import { mkdirSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { gzipSync } from "node:zlib";
import { makeOrder, startShop } from "./local-shop";
import { answers, freePort, next, run } from "./processes";

type Weight = { readonly html: number; readonly css: number; readonly js: number };

const LIMITS = { tipToSubmit: 5_500, tipScripts: 3_500, orderScripts: 10_000 };

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

/** A page with nothing on it, built by the same Next with the same settings for packing. */
async function weighBlank(): Promise<Weight> {
  const folder = join(".next", "blank");
  rmSync(folder, { recursive: true, force: true });
  mkdirSync(join(folder, "app"), { recursive: true });
  const root = JSON.stringify(process.cwd());
  writeFileSync(join(folder, "next.config.mjs"), `export default { turbopack: { root: ${root} } };\n`);
  writeFileSync(join(folder, "package.json"), '{ "type": "module" }\n');
  const layout = "export default ({ children }) => <html lang='en'><body>{children}</body></html>;\n";
  writeFileSync(join(folder, "app", "layout.jsx"), layout);
  writeFileSync(join(folder, "app", "page.jsx"), "export default () => null;\n");
  if ((await run([...next("build"), folder])) !== 0) throw new Error("The blank page could not be built.");
  const port = await freePort();
  const args = [...next("start"), folder, "-H", "127.0.0.1", "-p", String(port)];
  const server = spawn(process.execPath, args, { stdio: "ignore" });
  const url = `http://127.0.0.1:${port}/`;
  try {
    await answers(url, server);
    return await weigh(url);
  } finally {
    server.kill("SIGKILL");
    rmSync(folder, { recursive: true, force: true });
  }
}

const shop = await startShop();
let failed = false;
try {
  const blank = await weighBlank();
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
  const checks = [
    ["before a tip can be submitted (HTML and CSS)", tip.html + tip.css, LIMITS.tipToSubmit],
    ["scripts of the tip page above a blank page", tip.js - blank.js, LIMITS.tipScripts],
    ["scripts of the order page above a blank page", pages["order, English"].js - blank.js, LIMITS.orderScripts],
  ] as const;
  for (const [what, bytes, limit] of checks) {
    console.log(`${bytes <= limit ? "ok  " : "OVER"} ${what}: ${bytes} of ${limit}`);
    failed ||= bytes > limit;
  }
} finally {
  await shop.close();
}
process.exit(failed ? 1 : 0);
