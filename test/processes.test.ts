import { execFileSync } from "node:child_process";
import { createServer } from "node:net";
import { networkInterfaces, tmpdir } from "node:os";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { APP_FOLDER, freePort, isFree } from "../scripts/processes";

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
