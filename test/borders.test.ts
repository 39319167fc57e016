import { readdirSync, readFileSync } from "node:fs";
import { dirname, join, normalize } from "node:path";
import { describe, expect, it } from "vitest";

/** The borders that lint rules (`noRestrictedImports`, `noProcessEnv` in biome.json) cannot keep. */

type Source = { readonly path: string; readonly text: string; readonly imports: readonly string[] };

function sources(folder: string, { pattern = /\.tsx?$/, tests = false } = {}): Source[] {
  const names = readdirSync(folder, { recursive: true, encoding: "utf8" });
  return names
    .filter((name) => pattern.test(name) && (tests || !/\.(test|spec)\.tsx?$/.test(name)))
    .map((name) => read(join(folder, name)));
}

function read(path: string): Source {
  const text = readFileSync(path, "utf8");
  const specifiers = [...text.matchAll(/(?:from|import)\s*\(?\s*"([^"]+)"/g)].map(([, specifier = ""]) => specifier);
  return { path: path.replaceAll("\\", "/"), text, imports: specifiers.map((specifier) => resolve(path, specifier)) };
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
const providers = readdirSync("lib/provider", { withFileTypes: true }).filter((entry) => entry.isDirectory());

const pathsWhere = (list: readonly Source[], found: (source: Source) => boolean) =>
  list.filter(found).map(({ path }) => path);

describe("borders", () => {
  it("are checked on real files", () => {
    for (const list of [app, lib, components, emulator]) expect(list.length).toBeGreaterThan(5);
    expect(providers.length).toBeGreaterThan(0);
  });

  it("no file outside a provider's folder names a provider", () => {
    const names = new RegExp(providers.map(({ name }) => name).join("|"), "i");
    // The currency's name is a contract with deployments.
    const contract = /"ALLSCALE_CURRENCY"/g;
    const inside = (path: string) => providers.some(({ name }) => path.startsWith(`lib/provider/${name}/`));
    const outside = [
      ...all.filter(({ path }) => !inside(path) && path !== "lib/provider/registry.ts"),
      ...sources("messages", { pattern: /\.(tsx?|json)$/ }),
      ...["proxy.ts", "next.config.mjs", "instrumentation.ts"].map(read),
    ];
    expect(pathsWhere(outside, ({ text }) => names.test(text.replaceAll(contract, "")))).toEqual([]);
  });

  it("pure files have no clock, randomness, environment or I/O", () => {
    const pure = lib.filter(({ path }) => /^lib\/(money|orders)\/(?!.*(store|sqlite|redis))/.test(path));
    expect(pure.length).toBeGreaterThan(5);
    const impure =
      /Date\.now|new Date\(\)|performance\.|Math\.random|random(UUID|Bytes)|process\.|fetch\(|"server-only"/;
    const io = /^node:(?!util$)/;
    expect(pathsWhere(pure, ({ text, imports }) => impure.test(text) || imports.some((path) => io.test(path)))).toEqual(
      [],
    );
  });

  it("what touches secrets, stores or the log is marked as server code", () => {
    const server =
      /^(libsql|pino|@upstash\/|next\/server|node:(fs|timers|async_hooks)|lib\/(env|log|services|redis-client)$)/;
    const touching = lib.filter(({ imports }) => imports.some((path) => server.test(path)));
    expect(touching.length).toBeGreaterThan(10);
    expect(pathsWhere(touching, ({ text }) => !text.includes('import "server-only"'))).toEqual([]);
  });

  it("the mail library is loaded when mail is sent, and not with a page", () => {
    const senders = lib.filter(({ imports }) => imports.includes("nodemailer")).map(({ path }) => path);
    expect(senders).toEqual(["lib/merchant/notify/email.ts"]);
    const statically = /^(import|export) .*"(\.|@\/lib\/merchant\/notify)\/email"/m;
    expect(pathsWhere(all, ({ text }) => statically.test(text))).toEqual([]);
  });

  it("a route is short", () => {
    for (const { path, text } of app.filter((source) => source.path.endsWith("route.ts"))) {
      expect(text.split("\n").length, path).toBeLessThan(60);
    }
  });

  it("money is never a float", () => {
    expect(pathsWhere(all, ({ text }) => /parseFloat|\* *100\b|toFixed/.test(text))).toEqual([]);
  });

  it("no signal can be garbage collected before it fires", () => {
    expect(pathsWhere([...all, ...emulator], ({ text }) => /AbortSignal\.any\(/.test(text))).toEqual([]);
  });

  it("no check is switched off", () => {
    const off = /@ts-(ignore|nocheck|expect-error)|biome-ignore|\.(only|fixme)\(/;
    const tested = ["app", "lib", "components", "messages", "emulator", "e2e", "test", "scripts", "bench"];
    const everything = tested.flatMap((folder) => sources(folder, { tests: true }));
    const others = everything.filter(({ path }) => path !== "test/borders.test.ts");
    expect(others.length).toBeGreaterThan(all.length + emulator.length);
    expect(pathsWhere(others, ({ text }) => off.test(text))).toEqual([]);
  });
});
