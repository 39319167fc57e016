import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { expect, it } from "vitest";

it("the core knows of this folder in one line of the tip page, which goes with it", () => {
  const tops = ["app", "lib", "components", "messages", "e2e", "test", "scripts"];
  const below = (folder: string) =>
    readdirSync(folder, { recursive: true, encoding: "utf8" }).map((name) => join(folder, name));
  const files = [...tops.flatMap(below), "proxy.ts", "site.config.ts", "on-paid.ts", "instrumentation.ts"];
  const outside = files.filter((path) => /\.tsx?$/.test(path) && !path.startsWith("app/(donation)"));
  const lines = outside.flatMap((path) =>
    readFileSync(path, "utf8")
      .split("\n")
      .filter((line) => /(import|from)\b.*\(donation\)/.test(line))
      .map((line) => `${path}: ${line.trim()}`),
  );
  expect(lines).toEqual([expect.stringMatching(/^app\/page\.tsx: .*; \/\/ Delete this line with the folder\.$/)]);
});
