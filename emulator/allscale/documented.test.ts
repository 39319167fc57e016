import { readFile } from "node:fs/promises";
import { expect, it } from "vitest";
import { faultKinds } from "../core/fault-routes";
import { allscale } from "./provider";

it("the README names every scenario, fault and setting, and can be run by line 10", async () => {
  const readme = await readFile(new URL("../README.md", import.meta.url), "utf8");
  const { api, webhook } = faultKinds(allscale);
  const names = Object.keys({ ...allscale.scenarios, ...api, ...webhook, ...allscale.settings });
  expect(names.filter((name) => !readme.includes(`\`${name}\``))).toEqual([]);
  expect(readme.split("\n").slice(0, 10).join("\n")).toContain("npx allscale-emulator");
});
