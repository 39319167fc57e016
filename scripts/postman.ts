/**
 * `npm run postman [-- newman's options]`: runs the QA collection through newman against the production build and the
 * emulator, which it starts on ports of their own.
 */
import { randomBytes } from "node:crypto";
import { fileURLToPath } from "node:url";
import { startShop } from "./local-shop";
import { run } from "./processes";

const cronSecret = randomBytes(18).toString("base64url");
// The limit is what a deployment has, because the collection runs into it.
const shop = await startShop({ RATE_LIMIT_CHECKOUT: "", CRON_SECRET: cronSecret });
const variables = {
  base_url: shop.url,
  allscale_url: shop.emulatorUrl,
  emulator_url: shop.emulatorUrl,
  cron_secret: cronSecret,
};
const set = Object.entries(variables).flatMap(([name, value]) => ["--env-var", `${name}=${value}`]);
const collection = "postman/allscale-checkout.postman_collection.json";
const environment = "postman/local.postman_environment.json";
const newman = [
  fileURLToPath(import.meta.resolve("newman/bin/newman.js")),
  "run",
  collection,
  "-e",
  environment,
  ...set,
];
const code = await run([...newman, ...process.argv.slice(2)]).finally(shop.close);
process.exit(code);
