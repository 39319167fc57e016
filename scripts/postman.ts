/**
 * `npm run postman [-- newman's options]`: runs the QA collection through newman against the production build and the
 * emulator, which it starts on ports of their own.
 */
import { randomBytes } from "node:crypto";
import { startShop } from "./local-shop";
import { runCollection } from "./newman";

const cronSecret = randomBytes(18).toString("base64url");
// The limit is what a deployment has, because the collection runs into it.
const { url, emulatorUrl, close } = await startShop({ RATE_LIMIT_CHECKOUT: "", CRON_SECRET: cronSecret });
const variables = { base_url: url, allscale_url: emulatorUrl, emulator_url: emulatorUrl, cron_secret: cronSecret };
process.exit(await runCollection(variables, process.argv.slice(2)).finally(close));
