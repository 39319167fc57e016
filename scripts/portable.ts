/**
 * `npm run test:portable [-- 20 22 24 ...]`: tries the AllScale folder, bundled with what it imports, on each of these
 * versions of Node against the emulator. The versions come from the npm package `node`, so this needs the registry.
 */
import { execFile } from "node:child_process";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { promisify } from "node:util";
import { startEmulator } from "../emulator/server";
import { bundleCore } from "../test/portable/bundle";

const versions = process.argv.length > 2 ? process.argv.slice(2) : ["20", "22", "24"];
const account = { apiKey: "st_portable", apiSecret: "st_portable_secret" };
const emulator = await startEmulator(account);
const folder = mkdtempSync(join(tmpdir(), "checkout-portable-"));
const file = join(folder, "core.cjs");
const call = `core.tryCore(${JSON.stringify({ url: emulator.url, ...account })})`;
writeFileSync(
  file,
  `${await bundleCore()}\n${call}.then((tried) => console.log(process.version + ": " + tried.join(", ")));`,
);
let failed = false;
for (const version of versions) {
  // From a folder without packages: npx would take the `node` of this one.
  const ran = promisify(execFile)("npx", ["--yes", `node@${version}`, file], { cwd: folder });
  await ran.then(
    ({ stdout }) => process.stdout.write(stdout),
    (error: unknown) => {
      failed = true;
      console.error(`FAILED with node@${version}: ${error instanceof Error ? error.message : error}`);
    },
  );
}
await emulator.close();
rmSync(folder, { recursive: true, force: true });
process.exit(failed ? 1 : 0);
