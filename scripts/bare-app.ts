import { mkdirSync, rmSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { APP_FOLDER, answers, type Environment, endWithUs, freePort, next, run, startQuietly } from "./processes";

export type BareApp = { readonly url: string; readonly pid: number; close(): void };

/** Folders of apps that this process has built. */
const built = new Set<string>();

/** An app of the given files and nothing else, built and served by the same Next: what ours can be measured against. */
export async function startBareApp(options: {
  name: string;
  files: Readonly<Record<string, string>>;
  env?: Environment;
}): Promise<BareApp> {
  const { name, files, env = {} } = options;
  const folder = join(APP_FOLDER, ".next", name);
  if (!built.has(folder)) await build(folder, files);
  built.add(folder);

  const port = await freePort();
  const server = startQuietly([...next("start"), folder, "-H", "127.0.0.1", "-p", String(port)], env);
  endWithUs(server);
  const url = `http://127.0.0.1:${port}/`;
  const close = () => void server.kill("SIGKILL");
  await answers(url, server).catch((error: unknown) => {
    close();
    throw error;
  });
  return { url, pid: server.pid ?? 0, close };
}

async function build(folder: string, files: Readonly<Record<string, string>>): Promise<void> {
  rmSync(folder, { recursive: true, force: true });
  const common = {
    "next.config.mjs": `export default { turbopack: { root: ${JSON.stringify(APP_FOLDER)} } };`,
    "package.json": '{ "type": "module" }',
    // Without one of its own, Next takes the one of the folder above, which is ours.
    "instrumentation.js": "export function register() {}",
    "app/layout.jsx": "export default ({ children }) => <html lang='en'><body>{children}</body></html>;",
    "app/page.jsx": "export default () => <p>Blank</p>;",
  };
  for (const [path, text] of Object.entries({ ...common, ...files })) {
    mkdirSync(dirname(join(folder, path)), { recursive: true });
    writeFileSync(join(folder, path), `${text}\n`);
  }
  if ((await run([...next("build"), folder])) !== 0) throw new Error(`${folder} could not be built.`);
}
