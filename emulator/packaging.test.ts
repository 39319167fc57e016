import { execFile, spawn } from "node:child_process";
import { mkdtemp, readdir, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { promisify } from "node:util";
import { afterEach, describe, expect, expectTypeOf, it } from "vitest";
import type * as published from "./index.d.ts";
import { startEmulator } from "./server";

const run = promisify(execFile);
const emulator = fileURLToPath(new URL(".", import.meta.url));
const folders: string[] = [];

afterEach(async () => {
  await Promise.all(folders.splice(0).map((folder) => rm(folder, { recursive: true, force: true })));
});

async function emptyFolder(): Promise<string> {
  const folder = await mkdtemp(join(tmpdir(), "emulator-package-"));
  folders.push(folder);
  return folder;
}

/** Until the installed emulator says its address, in milliseconds. */
async function timeToStart(project: string): Promise<number> {
  const startedAt = performance.now();
  const child = spawn(join(project, "node_modules/.bin/allscale-emulator"), ["--port", "0"], { cwd: project });
  try {
    const line = await new Promise<string>((resolve, reject) => {
      child.stdout.once("data", (chunk: Buffer) => resolve(chunk.toString("utf8")));
      child.once("exit", (code) => reject(new Error(`It ended with ${code}.`)));
    });
    const startMs = performance.now() - startedAt;
    const url = /http:\/\/127\.0\.0\.1:\d+/.exec(line)?.[0];
    expect((await fetch(`${url}/_emulator/health`)).status).toBe(200);
    return startMs;
  } finally {
    child.kill("SIGTERM");
  }
}

/** As somebody writes it who has only the package. */
const useOfThePackage = `
import { startEmulator } from "allscale-emulator";
const emulator = await startEmulator({ apiKey: "k", apiSecret: "s", webhookUrl: "http://localhost:3000/hooks" });
const url: string = emulator.url;
await emulator.close();
export { url };
`;

it("has the types that it promises", () => {
  expectTypeOf(startEmulator).toExtend<typeof published.startEmulator>();
  expectTypeOf<Awaited<ReturnType<typeof startEmulator>>>().toEqualTypeOf<published.RunningEmulator>();
  expectTypeOf<keyof Parameters<typeof startEmulator>[0]>().toEqualTypeOf<keyof published.EmulatorOptions>();
});

describe("npm pack of the emulator folder", () => {
  it("gives a package that needs nothing else and starts within a second", { timeout: 60_000 }, async () => {
    const packed = await emptyFolder();
    const project = await emptyFolder();
    await run("npm", ["pack", "--pack-destination", packed], { cwd: emulator });
    const [tarball = ""] = await readdir(packed);
    await writeFile(join(project, "package.json"), "{}");
    await run("npm", ["install", "--offline", "--no-audit", "--no-fund", join(packed, tarball)], { cwd: project });
    expect((await readdir(join(project, "node_modules"))).filter((name) => !name.startsWith("."))).toEqual([
      "allscale-emulator",
    ]);

    const described = await readFile(join(project, "node_modules/allscale-emulator/openapi.json"), "utf8");
    expect(Object.keys(JSON.parse(described).paths)).toContain("/_emulator/faults");

    // The fastest of three starts, because the others may have waited for whatever else the machine does.
    const starts = [await timeToStart(project), await timeToStart(project), await timeToStart(project)];
    expect(Math.min(...starts)).toBeLessThan(1_000);
    const { stdout } = await run(join(project, "node_modules/.bin/allscale-trigger"), ["list"]);
    expect(stdout).toContain("short_signature");
    const help = await run(join(project, "node_modules/.bin/allscale-trigger"), ["--help"]);
    expect(help.stdout).toContain("npx allscale-trigger COMMAND");
    await writeFile(join(project, "use.mts"), useOfThePackage);
    const strict = ["--strict", "--noEmit", "--module", "nodenext", "--target", "es2022", "--types", "", "use.mts"];
    await run(process.execPath, [join(emulator, "../node_modules/typescript/bin/tsc"), ...strict], { cwd: project });
    const importing = 'import("allscale-emulator").then(({ startEmulator }) => console.log(typeof startEmulator))';
    expect((await run(process.execPath, ["-e", importing], { cwd: project })).stdout.trim()).toBe("function");
  });
});
