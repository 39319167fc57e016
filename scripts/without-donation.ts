/**
 * `npm run test:without-donation`: proves that the donation layer can be deleted. Copies this checkout, deletes the
 * folder and its line, and runs there what a fork would: types, lint, unit tests of what the layer touched, a build,
 * the weight of the pages against the core's limits, and the browser tests of payments.
 */
import { readFileSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { tryDeletion } from "./deletion";

const FOLDER = "app/(donation)";
const LINE = /^.*\(donation\).*\n/m;

const failed = tryDeletion("without-donation", {
  edit(copy) {
    rmSync(join(copy, FOLDER), { recursive: true });
    const page = join(copy, "app/page.tsx");
    const text = readFileSync(page, "utf8");
    if (!LINE.test(text)) throw new Error("The line is not in app/page.tsx.");
    writeFileSync(page, text.replace(LINE, ""));
  },
  check({ bin }) {
    bin("next", "typegen");
    bin("tsc", "--noEmit");
    bin("biome", "check", ".");
    bin("vitest", "run", "components/", "messages/", "lib/web/", "test/borders", "test/documents", "test/dependencies");
    bin("next", "build");
    bin("tsx", "scripts/size.ts");
    bin("playwright", "test", "payment.spec", "payer-share", "payer-pay");
  },
});
process.exit(failed.length === 0 ? 0 : 1);
