import { EdgeVM } from "@edge-runtime/vm";
import { afterAll, beforeAll, expect, it } from "vitest";
import { startEmulator } from "../../emulator/server";
import { bundleCore } from "./bundle";

const account = { apiKey: "st_portable", apiSecret: "st_portable_secret" };
let emulator: Awaited<ReturnType<typeof startEmulator>>;
beforeAll(async () => {
  emulator = await startEmulator(account);
});
afterAll(() => emulator.close());

it("the AllScale folder signs, opens a payment and verifies a webhook in the edge runtime", async () => {
  const vm = new EdgeVM();
  vm.evaluate(await bundleCore());
  expect(vm.evaluate("typeof process + typeof require + typeof Buffer")).toBe("undefinedundefinedundefined");
  const call = `core.tryCore(${JSON.stringify({ url: emulator.url, ...account })})`;
  expect(await vm.evaluate<Promise<string[]>>(call)).toHaveLength(9);
});
