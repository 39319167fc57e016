import { type ExecFileSyncOptions, execFileSync } from "node:child_process";
import { accessSync, constants, existsSync } from "node:fs";
import { delimiter, join } from "node:path";
import { chromium } from "playwright";

const CHROMIUM_NAMES = ["chromium", "chromium-browser", "google-chrome", "google-chrome-stable", "microsoft-edge"];
const CHROMIUM_PATHS = [
  "/Applications/Google Chrome.app/Contents/MacOS/Google Chrome",
  "/Applications/Chromium.app/Contents/MacOS/Chromium",
  "C:\\Program Files\\Google\\Chrome\\Application\\chrome.exe",
];

/** PLAYWRIGHT_CHROMIUM_PATH, Playwright's own browser, or the system's. Root on Debian gets one installed. */
export function findChromium(): string {
  const asked = process.env.PLAYWRIGHT_CHROMIUM_PATH;
  if (asked) {
    if (!existsSync(asked)) throw new Error(`PLAYWRIGHT_CHROMIUM_PATH names ${asked}, which does not exist.`);
    return asked;
  }
  const found = installedChromium() ?? (installOnDebian("chromium") ? installedChromium() : null);
  if (found) return found;
  throw new Error("No browser found. Get one with: npx playwright install chromium");
}

/** redis-server, for the tests of the Redis store. Root on Debian gets it installed. */
export function findRedisServer(): string {
  const found = onPath("redis-server") ?? (installOnDebian("redis-server") ? onPath("redis-server") : null);
  if (found) return found;
  throw new Error("No redis-server found. Get one with: apt-get install redis-server, or brew install redis");
}

function installedChromium(): string | null {
  const own = chromium.executablePath();
  if (existsSync(own)) return own;
  for (const name of CHROMIUM_NAMES) {
    const path = onPath(name);
    if (path) return path;
  }
  return CHROMIUM_PATHS.find((path) => existsSync(path)) ?? null;
}

function onPath(name: string): string | null {
  for (const folder of (process.env.PATH ?? "").split(delimiter)) {
    const path = join(folder, name);
    try {
      accessSync(path, constants.X_OK);
      return path;
    } catch {
      // Not in this folder.
    }
  }
  return null;
}

function installOnDebian(name: string): boolean {
  if (!existsSync("/etc/debian_version") || process.getuid?.() !== 0) return false;
  console.log(`Installing ${name} ...`);
  const options: ExecFileSyncOptions = {
    stdio: ["ignore", "ignore", "inherit"],
    env: { ...process.env, DEBIAN_FRONTEND: "noninteractive" },
  };
  execFileSync("apt-get", ["update", "-qq"], options);
  execFileSync("apt-get", ["install", "-y", "-qq", "--no-install-recommends", name], options);
  return true;
}
