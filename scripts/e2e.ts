/** `npm run e2e [-- Playwright's options]`: builds the app where it has to, and tests it in a real browser. */
import { buildOnce, run } from "./processes";
import { findChromium } from "./system-programs";

process.env.PLAYWRIGHT_CHROMIUM_PATH = findChromium();
process.exit((await buildOnce()) || (await run(["node_modules/playwright/cli.js", "test", ...process.argv.slice(2)])));
