import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { fileURLToPath } from "node:url";
import { afterEach, describe, expect, it } from "vitest";
import { openStore } from "./test-support/bench-store";
import { call, send } from "./test-support/merchant";

const main = fileURLToPath(new URL("main.ts", import.meta.url));
const children: ChildProcess[] = [];

afterEach(() => {
  for (const child of children.splice(0)) child.kill("SIGKILL");
});

function run(...args: string[]) {
  const child = spawn(process.execPath, ["--import", "tsx", main, ...args], { stdio: ["ignore", "pipe", "pipe"] });
  children.push(child);
  let output = "";
  const firstLine = new Promise<string>((resolve) => {
    const collect = (chunk: Buffer): void => {
      output += chunk.toString("utf8");
      if (output.includes("\n")) resolve(output.slice(0, output.indexOf("\n")));
    };
    child.stdout.on("data", collect);
    child.stderr.on("data", collect);
  });
  const exit = once(child, "close").then(([code]) => code as number | null);
  return { child, output: () => output, firstLine, exit };
}

describe("npm run emulator", () => {
  it("says where it listens, serves, and stops cleanly on a signal", async () => {
    const sets = ["errorShape=flat", "webhookTimeoutMs=123", "retryGapsMs=[5]"].flatMap((each) => ["--set", each]);
    const started = run("--port", "0", "--api-key", "K", "--api-secret", "S", ...sets);
    const line = await started.firstLine;
    const baseUrl = /^AllScale emulator listening on (http:\/\/127\.0\.0\.1:\d+)$/.exec(line)?.[1] ?? "";
    expect((await call({ baseUrl, apiKey: "K", apiSecret: "S" }, "/v1/test/ping")).status).toBe(200);
    const { body } = await send({ url: baseUrl, method: "GET", target: "/_emulator/settings" });
    expect(body).toMatchObject({ errorShape: "flat", webhookTimeoutMs: 123, retryGapsMs: [5], webhooks: true });
    started.child.kill("SIGTERM");
    expect(await started.exit).toBe(0);
    expect(started.output()).toContain("GET /v1/test/ping 200 code 0");
  });

  it("says in one sentence that a port is taken", async () => {
    const { emulator } = await openStore();
    const started = run("--port", String(emulator.port));
    expect(await started.exit).toBe(1);
    expect(started.output()).toMatch(/^Port \d+ is taken\. [^\n]+\n$/);
  });

  it.each([
    [["--host", "0.0.0.0"], "--allow-remote"],
    [["--set", "replayWindow=300"], 'no setting "replayWindow"'],
    [["--webhook-url", "nope"], "an absolute http or https URL"],
    [["--api-key", "a b"], "visible ASCII"],
    [["--prot", "1"], "--prot"],
  ])("refuses %j in one sentence", async (args, words) => {
    const started = run("--port", "0", ...args);
    expect(await started.exit).toBe(1);
    expect(started.output()).toContain(words);
    expect(started.output()).not.toContain("    at ");
  });

  it("prints JSON lines, and help", async () => {
    const json = run("--port", "0", "--json");
    const { url } = JSON.parse(await json.firstLine);
    await send({ url, method: "GET", target: "/v1/test/ping" });
    json.child.kill("SIGINT");
    expect(await json.exit).toBe(0);
    const events = json.output().trim().split("\n");
    expect(events.map((line) => JSON.parse(line).event)).toEqual(["listening", "request"]);
    const help = run("--help");
    expect(await help.exit).toBe(0);
    expect(help.output()).toContain("--webhook-url");
  });
});
