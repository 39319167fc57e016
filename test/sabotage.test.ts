import { readFileSync } from "node:fs";
import { transformSync } from "esbuild";
import { expect, it } from "vitest";
import { SABOTAGES, sabotaged } from "../scripts/sabotages";

const collection = readFileSync("postman/allscale-checkout.postman_collection.json", "utf8");
const checks = ["api", "pages", "webhooks"].map((name) => readFileSync(`scripts/smoke/${name}.ts`, "utf8")).join("\n");

it.each(SABOTAGES)("$name still fits the sources, and what has to notice it exists", (sabotage) => {
  const text = sabotaged(readFileSync(sabotage.path, "utf8"), sabotage);
  expect(() => transformSync(text, { loader: "tsx" })).not.toThrow();
  expect(checks).toContain(`id: "${sabotage.smoke}"`);
  expect(collection).toContain(`"name": "${sabotage.postman}"`);
});

it("an edit whose text is gone, or there twice, is refused", () => {
  const [sabotage] = SABOTAGES;
  if (sabotage === undefined) throw new Error("There are none.");
  const text = readFileSync(sabotage.path, "utf8");
  expect(() => sabotaged("", sabotage)).toThrow(/has 0 times/);
  expect(() => sabotaged(text + text, sabotage)).toThrow(/has 2 times/);
});
