import { readdirSync, readFileSync } from "node:fs";
import { dirname, join, normalize } from "node:path";
import { describe, expect, it } from "vitest";
import { settingNames } from "../scripts/example-env";

type Source = { readonly path: string; readonly text: string; readonly imports: readonly string[] };

function sources(folder: string): Source[] {
  return readdirSync(folder, { recursive: true, encoding: "utf8" })
    .filter((name) => /\.tsx?$/.test(name) && !/\.(test|suite)\.tsx?$/.test(name))
    .map((name) => {
      const path = join(folder, name);
      const text = readFileSync(path, "utf8");
      const specifiers = [...text.matchAll(/(?:from|import)\s*\(?\s*"([^"]+)"/g)].map(
        ([, specifier = ""]) => specifier,
      );
      return { path, text, imports: specifiers.map((specifier) => resolve(path, specifier)) };
    });
}

/** "@/x" and relative imports as paths from the root; packages as they are. */
function resolve(from: string, specifier: string): string {
  if (specifier.startsWith("@/")) return specifier.slice(2);
  return specifier.startsWith(".") ? normalize(join(dirname(from), specifier)) : specifier;
}

const app = sources("app");
const lib = sources("lib").filter(({ path }) => !path.includes("test-support"));
const components = sources("components");
const emulator = sources("emulator");
const all = [...app, ...lib, ...components];

const paths = (list: readonly Source[]) => list.map(({ path }) => path);

describe("borders", () => {
  it("look at real files", () => {
    for (const list of [app, lib, components, emulator]) expect(list.length).toBeGreaterThan(5);
  });

  it("the emulator and the app share no code", () => {
    const outside = /^(app|lib|components|scripts|test|e2e)\//;
    expect(paths(emulator.filter(({ imports }) => imports.some((path) => outside.test(path))))).toEqual([]);
    expect(paths(all.filter(({ imports }) => imports.some((path) => path.startsWith("emulator"))))).toEqual([]);
  });

  it("components see the contract, money and order types only", () => {
    const seen = components.flatMap(({ imports }) => imports.filter((path) => /^(app|lib)\//.test(path)));
    const allowed = /^lib\/(checkout\/contract|money\/[\w-]+|orders\/(status|order))$/;
    expect(seen.filter((path) => !allowed.test(path))).toEqual([]);
  });

  it("one line chooses the provider, and nothing else knows which", () => {
    const inside = /^lib\/provider\/allscale/;
    const knowing = all.filter(({ path, imports }) => !inside.test(path) && imports.some((each) => inside.test(each)));
    expect(paths(knowing)).toEqual(["lib/provider/index.ts"]);
  });

  it("the protocol is portable: no framework, no environment, no runtime of one kind", () => {
    const foreign = /^(next|react|server-only|node:|lib\/(env|log|http|checkout|services))/;
    const protocol = lib.filter(({ path }) => path.startsWith("lib/provider/allscale/"));
    expect(protocol.length).toBeGreaterThan(10);
    expect(protocol.flatMap(({ imports }) => imports.filter((path) => foreign.test(path)))).toEqual([]);
  });

  it("the environment is read in one file", () => {
    expect(paths(all.filter(({ text }) => text.includes("process.env")))).toEqual(["lib/env.ts"]);
  });

  it("what touches secrets, stores or the log says that it belongs to the server", () => {
    const server = /^(libsql|pino|@upstash\/|next\/server|node:(fs|net|timers)|lib\/(env|log|services|redis-client)$)/;
    const touching = lib.filter(({ imports }) => imports.some((path) => server.test(path)));
    expect(touching.length).toBeGreaterThan(10);
    const address = "lib/http/client-address.ts"; // It asks node:net how an address is spelled, and nothing else.
    const silent = touching.filter(({ path, text }) => path !== address && !text.includes('import "server-only"'));
    expect(paths(silent)).toEqual([]);
  });

  it("pure files have no clock, chance, environment or I/O of their own", () => {
    const pure = lib
      .filter(({ path }) =>
        /^lib\/(money|provider\/allscale)\/|^lib\/orders\/(order|status|transition|apply|next|money|explorer)[\w-]*\.ts$/.test(
          path,
        ),
      )
      .filter(({ path }) => !/order-store|order-document|allscale\/(client|exchange|http|provider)\.ts/.test(path));
    expect(pure.length).toBeGreaterThan(15);
    const impure = /Date\.now|new Date\(\)|Math\.random|randomUUID|process\.|fetch\(|from "node:(fs|net|http)/;
    expect(paths(pure.filter(({ text }) => impure.test(text)))).toEqual([]);
  });

  it("a route handler is a binding, not a program", () => {
    const routes = app.filter(({ path }) => path.endsWith("route.ts"));
    const known = /^(lib\/(checkout|http|services|log|env)|next)/;
    expect(routes.flatMap(({ imports }) => imports.filter((path) => !known.test(path)))).toEqual([]);
    for (const { path, text } of routes) expect(text.split("\n").length, path).toBeLessThan(60);
  });

  it("money is no float", () => {
    expect(paths(all.filter(({ text }) => /parseFloat|\* *100\b|toFixed/.test(text)))).toEqual([]);
  });

  it("no check is switched off", () => {
    const off = /@ts-(ignore|nocheck|expect-error)|biome-ignore|\bas any\b|: any[,;)\s]*[,;)=]/;
    expect(paths([...all, ...emulator].filter(({ text }) => off.test(text)))).toEqual([]);
  });
});

describe(".env.example", () => {
  it("names every setting the code reads", () => {
    const env = lib
      .filter(({ path }) => /^lib\/(env\.ts|settings\/)/.test(path))
      .map(({ text }) => text)
      .join("");
    const read = new Set([...env.matchAll(/"([A-Z][A-Z0-9]*_[A-Z0-9_]+)"/g)].map(([, name = ""]) => name));
    const ofTheHost = /^(VERCEL|AWS_|CF_|K_SERVICE|FUNCTIONS_)/;
    const ours = [...read].filter((name) => !ofTheHost.test(name));
    expect(ours.length).toBeGreaterThan(15);
    expect(ours.filter((name) => !settingNames().includes(name))).toEqual([]);
  });
});
