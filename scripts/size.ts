/**
 * `npm run size`: what a payer downloads, in gzip bytes of what `next start` serves. Fails above the limits: what is
 * needed before a tip can be submitted is HTML and CSS alone, and scripts are counted above a blank page of the same
 * Next. Also what a serverless function carries, which is what it costs to start one. The limits are those of the core;
 * where the donation layer is there, it may add its own. `npm run test:without-donation` measures the core without it.
 */
import { existsSync } from "node:fs";
import { join } from "node:path";
import { eventually } from "../test/eventually";
import { startBlankPage } from "./blank-page";
import { makeOrder, startShop } from "./local-shop";
import { read, weigh } from "./page-weight";
import { APP_FOLDER } from "./processes";
import { isEmbeddedStore, tracedFunctions } from "./traces";

const LIMITS = { tipToSubmit: 5_500, tipScripts: 3_500, orderScripts: 10_000, function: 3_500_000 };
const DONATION = "app/(donation)";
const hasDonation = existsSync(join(APP_FOLDER, DONATION));
/** HTML and CSS of a goal and five names. Close to what they take, so that it hides no growth of the core. */
const ADDED_TO_TIP = hasDonation ? 1_000 : 0;
/** Of the layer's own functions. The largest is the one that draws the picture for links. */
const DONATION_FUNCTION = 5_500_000;

const shop = await startShop();
const blankPage = await startBlankPage();
let failed = false;

/** Puts five names on the tip page. */
async function showSupporters(): Promise<void> {
  for (const name of ["Grace Hopper", "Zoë", "Kim", "Edsger W. Dijkstra", "a payer from Osaka"]) {
    const order = await makeOrder(shop, { name, anonymous: false });
    await order.setStatus(20, {});
  }
  await eventually(async () => (await read(shop.url)).match(/<bdi>/g)?.length === 5 || undefined, 30_000);
}
try {
  const blank = await weigh(blankPage.url);
  if (hasDonation) await showSupporters();
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
  if (functions.length === 0) throw new Error("The build lists no functions.");
  const largest = (list: typeof functions) => Math.max(0, ...list.map(({ bytes }) => bytes));
  const ofDonation = functions.filter(({ name }) => name.startsWith(DONATION));
  const checks = [
    ["before a tip can be submitted (HTML and CSS)", tip.html + tip.css, LIMITS.tipToSubmit + ADDED_TO_TIP],
    ["scripts of the tip page above a blank page", tip.js - blank.js, LIMITS.tipScripts],
    ["scripts of the order page above a blank page", pages["order, English"].js - blank.js, LIMITS.orderScripts],
    [
      "the largest serverless function of the core",
      largest(functions.filter((one) => !ofDonation.includes(one))),
      LIMITS.function,
    ],
    ["the largest of the donation layer", largest(ofDonation), DONATION_FUNCTION],
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
