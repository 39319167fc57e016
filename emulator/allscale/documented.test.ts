import { readFile } from "node:fs/promises";
import { expect, it } from "vitest";
import { faultKinds } from "../core/fault-routes";
import { openStore } from "../test-support/bench-store";
import { allscale } from "./provider";

it("the README names every control route, scenario, fault and setting", async () => {
  const readme = await readFile(new URL("../README.md", import.meta.url), "utf8");
  const { control } = await openStore();
  const described = (await control("GET", "/openapi.json")).body as unknown as { paths: Record<string, unknown> };
  for (const path of Object.keys(described.paths)) expect(readme).toContain(path);
  const { api, webhook } = faultKinds(allscale);
  for (const name of Object.keys({ ...allscale.scenarios, ...api, ...webhook, ...allscale.settings })) {
    expect(readme).toContain(`\`${name}\``);
  }
  expect(readme.split("\n").slice(0, 10).join("\n"), "runnable by line 10").toContain("npx allscale-emulator");
});
