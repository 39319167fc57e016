import { execFile } from "node:child_process";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, expect, it } from "vitest";
import { APP_FOLDER, tsx } from "../scripts/processes";
import { startHttpServer } from "./http-server";

const folder = mkdtempSync(join(tmpdir(), "checkout-smoke-"));
afterAll(() => rmSync(folder, { recursive: true }));

const run = (command: string, args: readonly string[]) =>
  new Promise<{ code: number; output: string }>((resolve) => {
    const options = {
      cwd: APP_FOLDER,
      env: { ...process.env, ALLSCALE_API_KEY: "st_key", ALLSCALE_API_SECRET: "st_s" },
    };
    execFile(command, args, options, (error, output) => resolve({ code: error ? Number(error.code) : 0, output }));
  });

/** The report as another program reads it: the ids of checks that failed, and of all. */
async function report(file: string): Promise<{ failed: string[]; all: string[] }> {
  const script = `import sys, json, xml.etree.ElementTree as xml
cases = xml.parse(sys.argv[1]).findall("testcase")
name = lambda case: case.get("name").split(":")[0]
print(json.dumps({"failed": [name(c) for c in cases if c.find("failure") is not None], "all": [name(c) for c in cases]}))`;
  return JSON.parse((await run("python3", ["-c", script, file])).output);
}

// With what XML cannot hold, where it reaches the report.
const hostile = '{"detail":"<&\\"]]>\\u0000\\ud83d"}';

it.each([
  ["says yes to everything", 200, "{}", []],
  ["knows nothing", 404, hostile, ["closed"]],
])("a server that %s passes no check but those that it should", async (_name, status, body, passed) => {
  const server = await startHttpServer((_request, response) => {
    response.writeHead(status, { "Content-Type": "application/json" }).end(body);
  });
  const file = join(folder, `${status}.xml`);
  const { code, output } = await run(process.execPath, tsx("scripts/smoke.ts", server.url, "--junit", file));
  await server.close();
  const { failed, all } = await report(file);
  expect(all.length).toBeGreaterThan(10);
  expect(
    all.filter((id) => !failed.includes(id)),
    output,
  ).toEqual(passed);
  expect(code).toBe(1);
});
