import { execFile } from "node:child_process";
import { fileURLToPath } from "node:url";
import { promisify } from "node:util";
import { describe, expect, it } from "vitest";
import { openStore } from "../test-support/bench-store";
import { allCases, casesFor } from "./suite";

const main = fileURLToPath(new URL("main.ts", import.meta.url));

async function openTarget() {
  const { merchant, control } = await openStore();
  const register = async (apiKey: string, settings = {}) => {
    const account = { apiKey, apiSecret: `${apiKey}_secret` };
    expect((await control("POST", "/accounts", { ...account, ...settings })).status).toBe(201);
    return { ...merchant, ...account };
  };
  return { merchant, neighbour: await register("st_1"), signed: await register("st_2", { signedResponse: true }) };
}

describe("conformance with the protocol", () => {
  it.each(allCases.map((each) => [each.section, each.name, each] as const))("%s: %s", async (_section, _name, each) => {
    await each.run(await openTarget());
  });
});

describe("the suite judges any implementation by its URL", () => {
  it("and finds the promise that one of them does not keep", async () => {
    const { merchant } = await openStore({ settings: { statusShape: "object" } });
    const broken: string[] = [];
    for (const each of casesFor({ merchant })) await each.run({ merchant }).catch(() => broken.push(each.name));
    expect(broken).toEqual(["status is a bare integer, and detail shows the order without a payment"]);
  });

  it("from the command line, without the cases that need another account", async () => {
    const { merchant } = await openTarget();
    const args = [merchant.baseUrl, merchant.apiKey, merchant.apiSecret];
    const { stdout } = await promisify(execFile)(process.execPath, ["--import", "tsx", main, ...args]);
    const lines = stdout.trimEnd().split("\n");
    expect(lines.length).toBe(allCases.filter(({ needs }) => needs === undefined).length);
    expect(lines.every((line) => line.startsWith("kept"))).toBe(true);
  });
});
