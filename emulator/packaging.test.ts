import { execFile, spawn } from "node:child_process";
import { once } from "node:events";
import { mkdtemp, readdir, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { promisify } from "node:util";
import { expect, it } from "vitest";
import { closeAfterTest } from "./test-support/bench-store";

const run = promisify(execFile);
const emulator = fileURLToPath(new URL(".", import.meta.url));

async function emptyFolder(): Promise<string> {
  const folder = await mkdtemp(join(tmpdir(), "emulator-package-"));
  closeAfterTest({ close: () => rm(folder, { recursive: true, force: true }) });
  return folder;
}

async function timeToStart(project: string): Promise<number> {
  const startedAt = performance.now();
  const child = spawn(join(project, "node_modules/.bin/allscale-emulator"), ["--port", "0"], { cwd: project });
  try {
    const ended = once(child, "exit").then(([code]) => Promise.reject(new Error(`It ended with ${code}.`)));
    const line = String(await Promise.race([once(child.stdout, "data"), ended]));
    const startMs = performance.now() - startedAt;
    expect((await fetch(`${/http:\S+/.exec(line)?.[0]}/_emulator/health`)).status).toBe(200);
    return startMs;
  } finally {
    child.kill("SIGTERM");
  }
}

const uses = {
  "use.mts": `import { type EmulatorOptions, startEmulator } from "allscale-emulator";
import vectors from "allscale-emulator/vectors.json" with { type: "json" };
const options: EmulatorOptions = { webhookUrl: null };
const emulator = await startEmulator(options);
const [first]: string[] = [emulator.url, String(vectors.vectors.length)];
await (await startEmulator()).close();
await emulator.close();
console.log(typeof first);`,
  "use.cts": `import { startEmulator } from "allscale-emulator";
export const port: Promise<number> = startEmulator().then((emulator) => emulator.close().then(() => emulator.port));`,
  "use.mjs": `import { startEmulator } from "allscale-emulator";
import vectors from "allscale-emulator/vectors.json" with { type: "json" };
await (await startEmulator()).close();
console.log(vectors.vectors.length > 5);`,
  "use.cjs": `const { startEmulator } = require("allscale-emulator");
const { vectors } = require("allscale-emulator/vectors.json");
startEmulator().then((emulator) => emulator.close()).then(() => console.log(vectors.length > 5));`,
};

it("npm pack gives a package that needs nothing else and starts within a second", { timeout: 120_000 }, async () => {
  const packed = await emptyFolder();
  const project = await emptyFolder();
  await run("npm", ["pack", "--pack-destination", packed], { cwd: emulator });
  const [tarball = ""] = await readdir(packed);
  await writeFile(join(project, "package.json"), "{}");
  await run("npm", ["install", "--offline", "--no-audit", "--no-fund", join(packed, tarball)], { cwd: project });
  const installed = join(project, "node_modules");
  expect((await readdir(installed)).filter((name) => !name.startsWith("."))).toEqual(["allscale-emulator"]);
  const inside = await readdir(join(installed, "allscale-emulator"));
  expect(inside).toEqual(expect.arrayContaining(["LICENSE", "README.md", "dist", "vectors.json"]));

  // The fastest of three starts, because the others may have waited for whatever else the machine does.
  const starts = [await timeToStart(project), await timeToStart(project), await timeToStart(project)];
  expect(Math.min(...starts)).toBeLessThan(1_000);
  const trigger = join(installed, ".bin/allscale-trigger");
  expect((await run(trigger, ["list"])).stdout).toContain("short_signature");
  expect((await run(trigger, ["--help"])).stdout).toContain("npx allscale-trigger COMMAND");

  for (const [file, text] of Object.entries(uses)) await writeFile(join(project, file), text);
  const options = ["--strict", "--noEmit", "--module", "nodenext", "--target", "es2022", "--lib", "es2022,dom"];
  const tsc = [join(emulator, "../node_modules/typescript/bin/tsc"), ...options, "--types", "", "use.mts", "use.cts"];
  await run(process.execPath, tsc, { cwd: project });
  for (const file of ["use.mjs", "use.cjs"]) {
    expect((await run(process.execPath, [file], { cwd: project })).stdout.trim(), file).toBe("true");
  }
});
