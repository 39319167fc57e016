import { execFile } from "node:child_process";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { promisify } from "node:util";
import { afterAll, expect, it } from "vitest";
import { startEmulator } from "@/emulator/server";
import { PROVIDERS } from "@/lib/provider/registry";
import { SettingReader } from "@/lib/settings";
import { withoutSettings } from "../../scripts/example-env";
import { APP_FOLDER, type Environment, freePort } from "../../scripts/processes";
import { BENCHES } from "./benches";

const folder = mkdtempSync(join(tmpdir(), "provider-doctor-"));
afterAll(() => rmSync(folder, { recursive: true, force: true }));

const IDS = ["provider_address", "provider_access", "provider_clock", "provider_calls"];
/** One for each provider: the ways to be paid of one have the same credentials. */
const ONE_OF_EACH = BENCHES.filter(({ name }, index) => BENCHES.findIndex((each) => each.name === name) === index);

it.each(ONE_OF_EACH)("doctor checks the credentials of $title, and says what is not known of it", async (bench) => {
  const module = PROVIDERS.find(({ name }) => name === bench.name) ?? expect.fail();
  const emulator = await startEmulator({ provider: bench.name, ...bench.credentials });
  const settings = bench.settings({ ...bench.credentials, url: emulator.url });
  const control = (path: string, body: object) => {
    const headers = { "Content-Type": "application/json", "X-API-Key": bench.credentials.apiKey };
    return fetch(`${emulator.url}/_emulator${path}`, { method: "POST", headers, body: JSON.stringify(body) });
  };
  const said: string[] = [];
  async function states(changes: Readonly<Record<string, string>> = {}) {
    const provider = module.load(new SettingReader({ ...settings, ...changes }))?.create({ timeoutMs: 2_000 });
    const checks = await (provider ?? expect.fail()).diagnose();
    said.push(JSON.stringify(checks));
    expect(checks.map(({ id }) => id)).toEqual(IDS);
    return Object.fromEntries(checks.map(({ id, state }) => [id, state]));
  }
  const reached = { provider_address: "ok", provider_access: "ok" };
  expect(await states()).toMatchObject({ ...reached, provider_clock: bench.hasClockRule ? "ok" : "unknown" });
  if (bench.hasClockRule) {
    for (const clockSkewMs of [-1_200_000, 1_200_000]) {
      await control("/settings", { clockSkewMs });
      expect(await states()).toMatchObject({
        provider_address: "ok",
        provider_access: "unknown",
        provider_clock: "failed",
      });
    }
    await control("/settings", { clockSkewMs: 0 });
  }
  expect(await states(bench.wrongSecret)).toMatchObject({ provider_address: "ok", provider_access: "failed" });
  const nowhere = { [module.addressName]: `http://127.0.0.1:${await freePort()}` };
  expect(await states(nowhere)).toMatchObject({ provider_address: "failed", provider_access: "unknown" });
  await control("/faults", { op: "any", kind: "html", http: 200 });
  expect(await states()).toMatchObject({ provider_address: "failed", provider_access: "unknown" });
  await emulator.close();
  for (const secret of bench.secrets) expect(said.join()).not.toContain(secret);
  expect(said.join().includes("Not known: ")).toBe(!bench.hasTestCalls);
});

it.each(ONE_OF_EACH)("doctor prints no secret of $title", { timeout: 120_000 }, async (bench) => {
  const emulator = await startEmulator({ provider: bench.name, ...bench.credentials });
  const env: Environment = {
    ...withoutSettings(process.env),
    ...bench.settings({ ...bench.credentials, url: emulator.url }),
    PAYMENT_PROVIDER: bench.name,
    ORDER_DATABASE: join(folder, "orders.db"),
  };
  const flags = ["--conditions=react-server", "--import", "tsx", "scripts/doctor.ts"];
  const { stdout, stderr } = await promisify(execFile)(process.execPath, flags, {
    cwd: APP_FOLDER,
    env: env as NodeJS.ProcessEnv,
  });
  expect(stdout).toMatch(/^ok +Credentials .* accepts (our credentials|the API key and secret)\.$/m);
  expect(/^\S.* Test calls .*Not known: /m.test(stdout)).toBe(!bench.hasTestCalls);
  for (const secret of bench.secrets) expect(stdout + stderr).not.toContain(secret);
  await emulator.close();
});
