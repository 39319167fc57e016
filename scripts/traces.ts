import { readdirSync, readFileSync, statSync } from "node:fs";
import { dirname, join } from "node:path";
import { APP_FOLDER } from "./processes";

export type TracedFunction = { readonly name: string; readonly bytes: number; readonly files: readonly string[] };

/** What a serverless host puts into each function: the files that the last build has listed for it. */
export function tracedFunctions(): TracedFunction[] {
  const folder = join(APP_FOLDER, ".next/server");
  const lists = readdirSync(folder, { recursive: true, encoding: "utf8" }).filter((name) => name.endsWith(".nft.json"));
  return lists.map((name) => {
    const list = join(folder, name);
    const { files } = JSON.parse(readFileSync(list, "utf8")) as { files: string[] };
    const paths = files.map((file) => join(dirname(list), file));
    return { name, bytes: paths.reduce((sum, path) => sum + sizeOf(path), 0), files: paths };
  });
}

/** Links to folders are listed beside what is in them. */
function sizeOf(path: string): number {
  const found = statSync(path, { throwIfNoEntry: false });
  return found?.isFile() ? found.size : 0;
}

export const isEmbeddedStore = (file: string) => /node_modules\/@?libsql/.test(file);
