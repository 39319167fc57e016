import { expect, it } from "vitest";
import { openStore } from "./test-support/bench-store";
import { call, send } from "./test-support/merchant";
import { startMain } from "./test-support/start-main";

it("npm run emulator says where it listens, serves, and stops cleanly on a signal", async () => {
  const sets = ["errorShape=flat", "webhookTimeoutMs=123", "retryGapsMs=[5]", "webhookUrl=null"];
  const started = startMain("--api-key", "K", "--api-secret", "S", ...sets.flatMap((each) => ["--set", each]));
  const baseUrl = await started.url();
  expect((await call({ baseUrl, apiKey: "K", apiSecret: "S" }, "/v1/test/ping")).status).toBe(200);
  const { body } = await send({ url: baseUrl, method: "GET", target: "/_emulator/settings" });
  expect(body).toMatchObject({ errorShape: "flat", webhookTimeoutMs: 123, retryGapsMs: [5], webhookUrl: null });
  started.child.kill("SIGTERM");
  expect(await started.exit).toBe(0);
  expect(started.output()).toContain("GET /v1/test/ping 200 code 0");
});

it("npm run emulator says in one sentence that a port is taken", async () => {
  const { emulator } = await openStore();
  const started = startMain("--port", String(emulator.port));
  expect(await started.exit).toBe(1);
  expect(started.output()).toMatch(/^Port \d+ is taken\. [^\n]+\n$/);
});

it.each([
  [["--host", "0.0.0.0"], "--allow-remote"],
  [["--set", "replayWindow=300"], 'no setting "replayWindow"'],
  [["--webhook-url", "nope"], "an absolute http or https URL"],
  [["--api-key", "a b"], "visible ASCII"],
  [["--provider", "nope"], "one of: allscale"],
  [["--prot", "1"], "--prot"],
])("npm run emulator refuses %j in one sentence", async (args, words) => {
  const started = startMain(...args);
  expect(await started.exit).toBe(1);
  expect(started.output()).toContain(words);
  expect(started.output()).not.toContain("    at ");
});

it("npm run emulator prints help, and no line per request with --quiet", async () => {
  const quiet = startMain("--quiet");
  await send({ url: await quiet.url(), method: "GET", target: "/v1/test/ping" });
  quiet.child.kill("SIGINT");
  expect([await quiet.exit, quiet.output().trim().split("\n").length]).toEqual([0, 1]);
  const help = startMain("--help");
  expect(await help.exit).toBe(0);
  expect(help.output()).toContain("--webhook-url");
});
