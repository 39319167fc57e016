import { execFileSync, spawnSync } from "node:child_process";
import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { readSettings } from "@/lib/env";
import { settingNames } from "../scripts/example-env";

const text = (path: string) => readFileSync(path, "utf8");
const manifest: { repository: string; name: string } = JSON.parse(text("package.json"));

/** What Vercel's form asks for before it deploys. Values with a default are never secrets: they are in the link. */
const ASKED = ["ALLSCALE_API_KEY", "ALLSCALE_API_SECRET", "ADMIN_SECRET", "ALLSCALE_CURRENCY", "ALLSCALE_TEST_STORE"];
const DEFAULTS = { ALLSCALE_CURRENCY: "USD", ALLSCALE_TEST_STORE: "false" };
const SETTINGS_HEADING = "What the form asks for";

/** The link behind the button. When it changes, paste what the failed test prints into the documents. */
function deployLink(): string {
  const parameters = {
    "repository-url": manifest.repository,
    "project-name": manifest.name,
    "repository-name": manifest.name,
    env: ASKED.join(","),
    envDefaults: JSON.stringify(DEFAULTS),
    envDescription: "Your store at AllScale, a password for your own pages, and what you charge in",
    envLink: `${manifest.repository}/blob/main/docs/deploy.md#${SETTINGS_HEADING.toLowerCase().replaceAll(" ", "-")}`,
    products: JSON.stringify([
      { type: "integration", protocol: "storage", productSlug: "upstash-kv", integrationSlug: "upstash" },
    ]),
  };
  return `https://vercel.com/new/clone?${new URLSearchParams(parameters)}`;
}

describe("the Deploy button", () => {
  const pair = (prefix: string) => ({ [`${prefix}_URL`]: "https://x.upstash.io", [`${prefix}_TOKEN`]: "AbCdEf012345" });
  const secrets = {
    ALLSCALE_API_KEY: "st_live_key",
    ALLSCALE_API_SECRET: "st_live_secret",
    ADMIN_SECRET: "s".repeat(24),
  };
  const filledIn: Record<string, string> = { ...secrets, ...DEFAULTS };
  const host = { VERCEL: "1", VERCEL_ENV: "production", VERCEL_PROJECT_PRODUCTION_URL: "tips.vercel.app" };

  it.each(["README.md", "docs/deploy.md"])("in %s leads to the repository of package.json", (path) => {
    const links = [...text(path).matchAll(/https:\/\/vercel\.com\/new\/clone[^)\s"]*/g)].map(([link]) => link);
    expect(links).toEqual([deployLink()]);
  });

  it("is the address from which the guide clones", () => {
    expect(text("docs/deploy.md").match(/git clone (\S+)/)?.[1]).toBe(manifest.repository);
  });

  it("points to the heading that explains its form, which names every setting", () => {
    const [, section = ""] = text("docs/deploy.md").split(`### ${SETTINGS_HEADING}\n`);
    const [explained = ""] = section.split(/^##/m);
    expect(ASKED.filter((name) => !explained.includes(`\`${name}\``))).toEqual([]);
  });

  it.each(["KV_REST_API", "UPSTASH_REDIS_REST"])(
    "asks for all that a deployment needs, with the store as %s",
    (names) => {
      expect(Object.keys(filledIn).toSorted()).toEqual(ASKED.toSorted());
      const settings = readSettings({ ...host, ...filledIn, ...pair(names) });
      expect(settings).toMatchObject({
        problems: [],
        warnings: [],
        publicUrl: "https://tips.vercel.app",
        trustedProxyHops: 1,
        adminSecret: secrets.ADMIN_SECRET,
        store: { kind: "redis" },
      });
    },
  );

  it("asks for nothing that is not needed, and has no secret in its link", () => {
    for (const name of ["ALLSCALE_API_KEY", "ALLSCALE_API_SECRET"]) {
      const { problems } = readSettings({ ...host, ...filledIn, ...pair("KV_REST_API"), [name]: "" });
      expect(problems.map((problem) => problem.name)).toEqual([name]);
    }
    expect(readSettings({ ...host, ...filledIn }).problems.map(({ name }) => name)).toEqual(["UPSTASH_REDIS_REST_URL"]);
    const { secrets: secretValues } = readSettings(DEFAULTS);
    expect(secretValues).toEqual([]);
  });
});

it("the host's scheduler calls a route that exists, as rarely as the free plan wants", () => {
  const { crons } = JSON.parse(text("vercel.json")) as { crons: { path: string; schedule: string }[] };
  expect(crons.length).toBeGreaterThan(0);
  for (const { path, schedule } of crons) {
    expect(existsSync(join("app", path, "route.ts"))).toBe(true);
    expect(schedule).toMatch(/^\d+ \d+ \* \* \*$/);
  }
});

describe("files for a server and a container", () => {
  const files = ["Dockerfile", "compose.yaml", ...readdirSync("deploy").map((name) => join("deploy", name))];
  const ofTheHost = [
    "NODE_ENV",
    "NEXT_TELEMETRY_DISABLED",
    "HOSTNAME",
    "PORT",
    "BUILD_STANDALONE",
    "BUILD_COMMIT",
    "REDIS_HTTP_TOKEN",
  ];
  const ofThePrograms = /^SRH_/;

  it("tell the build its commit", () => {
    for (const path of ["docs/deploy.md", "compose.yaml"]) expect(text(path)).toMatch(/build.*BUILD_COMMIT/);
    expect(text("Dockerfile")).toMatch(/ARG BUILD_COMMIT[\s\S]*npm run build/);
  });

  it("set only what the app reads", () => {
    const assigned = /(?:^\s*|Environment=|ENV |\s)([A-Z][A-Z0-9_]{3,})[=:](?=\s|\S)/gm;
    const names = files.flatMap((path) => [...text(path).matchAll(assigned)].map(([, name = ""]) => name));
    expect(names).toContain("ORDER_DATABASE");
    const known = [...settingNames(), ...ofTheHost];
    expect(names.filter((name) => !known.includes(name) && !ofThePrograms.test(name))).toEqual([]);
  });

  it("copy what a build leaves, and keep secrets and orders out of it", () => {
    expect(text("Dockerfile")).toMatch(
      /BUILD_STANDALONE=1[\s\S]*npm run build[\s\S]*\.next\/standalone[\s\S]*\nUSER node\n/,
    );
    expect(text(".dockerignore").split("\n")).toEqual(expect.arrayContaining([".env*", ".data", "**/node_modules"]));
  });

  const canVerify = spawnSync("systemd-analyze", ["--version"]).status === 0;
  it.skipIf(!canVerify)("systemd accepts the units", () => {
    const folder = mkdtempSync(join(tmpdir(), "checkout-units-"));
    try {
      const units = readdirSync("deploy").filter((name) => /\.(service|timer)$/.test(name));
      // It wants the programs to exist on the machine that checks.
      for (const name of units) writeFileSync(join(folder, name), text(join("deploy", name)));
      const paths = units.map((name) => join(folder, name));
      expect(execFileSync("systemd-analyze", ["verify", "--man=no", ...paths], { stdio: "pipe" }).toString()).toBe("");
    } finally {
      rmSync(folder, { recursive: true, force: true });
    }
  });
});
