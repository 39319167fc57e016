import { readFile } from "node:fs/promises";
import { describe, expect, it } from "vitest";
import { scenarioCatalogue } from "./scenarios/scenario-names";
import { apiFaultKinds, webhookFaultKinds } from "./state/fault";
import { openStore } from "./test-support/bench-store";

describe("the README", () => {
  it("names every control route, scenario with its amount, and fault", async () => {
    const text = await readFile(new URL("README.md", import.meta.url), "utf8");
    // The formatter pads tables with spaces.
    const readme = text.replaceAll(/ +/g, " ");
    const { control } = await openStore();
    const described = (await control("GET", "/openapi.json")).body as unknown as { paths: Record<string, unknown> };
    for (const path of Object.keys(described.paths)) expect(readme).toContain(path);
    for (const [name, { cents }] of Object.entries(scenarioCatalogue)) {
      expect(readme).toContain(`| \`${name}\` | 4.${String(cents).slice(1)} | ${cents} |`);
    }
    for (const kind of Object.keys({ ...apiFaultKinds, ...webhookFaultKinds })) expect(readme).toContain(`\`${kind}\``);
  });

  it("names what a receiver shows to the matrix, and the folder to pack", async () => {
    const readme = await readFile(new URL("README.md", import.meta.url), "utf8");
    for (const word of ["`result`", "`settlements`", "`--allow-unseen`", "cd emulator"]) expect(readme).toContain(word);
  });
});
