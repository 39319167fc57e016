import { defineConfig, devices } from "playwright/test";

/** Set by scripts/e2e.ts and scripts/test.ts, which find a browser first. */
const executablePath = process.env.PLAYWRIGHT_CHROMIUM_PATH;

export default defineConfig({
  testDir: ".",
  testMatch: ["e2e/**/*.spec.ts", "app/**/*.spec.ts"],
  globalSetup: "./e2e/support/global-setup.ts",
  fullyParallel: true,
  // More than the two cores of a small machine, because tests also wait.
  workers: 3,
  retries: 0,
  // Far above what any test needs: limits for what hangs, not measures of speed.
  timeout: 180_000,
  expect: { timeout: 20_000 },
  reporter: "list",
  use: {
    ...devices["Desktop Chrome"],
    trace: "off",
    ...(executablePath && { launchOptions: { executablePath } }),
  },
});
