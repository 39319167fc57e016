import { execFileSync } from "node:child_process";
import { mkdirSync, mkdtempSync, rmSync, utimesSync, writeFileSync } from "node:fs";
import { createServer } from "node:net";
import { networkInterfaces, tmpdir } from "node:os";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { APP_FOLDER, freePort, isBuilt, isFree } from "../scripts/processes";

const hasIpv6 = Object.values(networkInterfaces()).some((each) => each?.some(({ address }) => address === "::1"));

describe("a port", () => {
  const hosts = ["127.0.0.1", "0.0.0.0", ...(hasIpv6 ? ["::1", "::"] : [])];

  it.each(hosts)("is not free while a program listens on %s", async (host) => {
    const port = await freePort();
    const program = createServer();
    await new Promise<void>((resolve) => program.listen(port, host, resolve));
    expect(await isFree(port)).toBe(false);
    await new Promise((resolve) => program.close(resolve));
    expect(await isFree(port)).toBe(true);
  });
});

it("commands run in the app's folder, from wherever they are started", () => {
  const script = `import(${JSON.stringify(join(APP_FOLDER, "scripts/processes.ts"))}).then(({ run }) => run(["-p", "process.cwd()"]))`;
  const tsx = join(APP_FOLDER, "node_modules/tsx/dist/cli.mjs");
  const output = execFileSync(process.execPath, [tsx, "-e", script], { cwd: tmpdir(), encoding: "utf8" });
  expect(join(output.trim(), "/")).toBe(APP_FOLDER);
});

it("a build counts until a source is newer than it, in whatever folder, or is gone", () => {
  const folder = mkdtempSync(join(tmpdir(), "checkout-built-"));
  const at = (second: number, path: string) => utimesSync(join(folder, path), second, second);
  const write = (second: number, path: string) => {
    writeFileSync(join(folder, path), "");
    at(second, path);
  };
  const built = () => isBuilt(folder, ["lib", "proxy.ts"]);
  for (const path of [".next", "lib/web"]) mkdirSync(join(folder, path), { recursive: true });
  for (const path of ["proxy.ts", "lib/env.ts", "lib/web/guard.ts"]) write(1, path);
  for (const path of ["lib", "lib/web"]) at(1, path);
  expect(built()).toBe(false);
  write(2, ".next/BUILD_ID");
  expect(built()).toBe(true);
  for (const path of ["lib/web/guard.ts", "proxy.ts"]) {
    at(3, path);
    expect(built(), path).toBe(false);
    at(1, path);
  }
  expect(built()).toBe(true);
  rmSync(join(folder, "lib/env.ts"));
  expect(built()).toBe(false);
  rmSync(folder, { recursive: true });
});
