/**
 * `npm run lighthouse [-- RUNS]`: Lighthouse's scores of the production build on a slow phone, the median of five runs.
 * Beside them stand the scores of a blank page of the same Next, which are the best that any page can reach. Lighthouse
 * brings more packages than this project has, so npx fetches it when this runs.
 */
import { execFile } from "node:child_process";
import { promisify } from "node:util";
import { startBlankPage } from "./blank-page";
import { makeOrder, startShop } from "./local-shop";
import { findChromium } from "./system-programs";

const LIGHTHOUSE = "lighthouse@12.8.2";
/** The order page has no SEO goal, because search engines must not list it. */
const GOALS = {
  tip: { performance: 100, accessibility: 100, "best-practices": 100, seo: 100 },
  order: { performance: 98, accessibility: 98, "best-practices": 98 },
  blank: { performance: 0 },
} as const;
const PAGES = ["tip", "order", "blank"] as const;
const FLAGS = "--headless=new --no-sandbox --disable-gpu --disable-background-networking --no-first-run";

type Report = { readonly categories: Readonly<Record<string, { readonly score: number | null }>> };

const runs = Number(process.argv[2] ?? 5);
const env = { ...process.env, CHROME_PATH: findChromium() };
const execute = promisify(execFile);

async function scores(url: string): Promise<Record<string, number>> {
  const options = ["--quiet", "--output=json", `--chrome-flags=${FLAGS}`];
  const { stdout } = await execute("npx", ["--yes", LIGHTHOUSE, url, ...options], { env, maxBuffer: 1 << 26 });
  const { categories } = JSON.parse(stdout) as Report;
  return Object.fromEntries(
    Object.entries(categories).map(([name, { score }]) => [name, Math.round((score ?? 0) * 100)]),
  );
}

function median(values: readonly number[]): number {
  return [...values].sort((a, b) => a - b)[Math.floor(values.length / 2)] ?? 0;
}

const shop = await startShop();
const blankPage = await startBlankPage();
let failed = false;
try {
  const urls = { tip: `${shop.url}/`, order: (await makeOrder(shop)).url, blank: blankPage.url };
  const all: Record<keyof typeof urls, Record<string, number>[]> = { tip: [], order: [], blank: [] };
  // In turn, so that other load on the machine affects all pages alike. On a busy machine Lighthouse sometimes gets no
  // trace of a page, and so no score, and has to run again.
  for (let run = 0; run < runs; run += 1) {
    for (const page of PAGES) all[page].push(await scores(urls[page]).catch(() => scores(urls[page])));
  }
  for (const page of PAGES) {
    for (const [category, goal] of Object.entries(GOALS[page])) {
      const values = all[page].map((one) => one[category] ?? 0);
      const reached = median(values) >= goal;
      failed ||= !reached;
      console.log(
        `${reached ? "ok   " : "BELOW"} ${page} ${category}: ${median(values)} of ${goal} (${values.join(" ")})`,
      );
    }
  }
} finally {
  blankPage.close();
  await shop.close();
}
process.exit(failed ? 1 : 0);
