/** `npm run e2e [-- Playwright's options]`: builds the app and tests it in a real browser against the emulator. */
import { next, run } from "./processes";
import { findChromium } from "./system-programs";

process.env.PLAYWRIGHT_CHROMIUM_PATH = findChromium();
const built = process.env.E2E_SKIP_BUILD ? 0 : await run(next("build"));
process.exit(built || (await run(["node_modules/playwright/cli.js", "test", ...process.argv.slice(2)])));
