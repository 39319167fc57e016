import { build } from "esbuild";

/** `tryCore` with all that it imports as one script, which sets the global `core`. Throws for a module of Node's. */
export async function bundleCore(): Promise<string> {
  const { outputFiles } = await build({
    entryPoints: ["test/portable/core.ts"],
    bundle: true,
    write: false,
    format: "iife",
    globalName: "core",
    platform: "neutral",
    mainFields: ["module", "main"],
    // As in a server build of Next, which is where `server-only` may be imported.
    conditions: ["react-server"],
    target: "es2022",
    logLevel: "silent",
  });
  const [file] = outputFiles;
  if (file === undefined) throw new Error("esbuild wrote nothing.");
  return file.text;
}
