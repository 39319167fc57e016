import { mkdirSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { APP_FOLDER, answers, freePort, next, run, startQuietly } from "./processes";

/** A page with one word on it, built and served by the same Next: no page of this app can be lighter. */
export async function startBlankPage(): Promise<{ readonly url: string; close(): void }> {
  const folder = join(APP_FOLDER, ".next", "blank");
  rmSync(folder, { recursive: true, force: true });
  mkdirSync(join(folder, "app"), { recursive: true });
  const write = (name: string, text: string) => writeFileSync(join(folder, name), `${text}\n`);
  write("next.config.mjs", `export default { turbopack: { root: ${JSON.stringify(APP_FOLDER)} } };`);
  write("package.json", '{ "type": "module" }');
  write("app/layout.jsx", "export default ({ children }) => <html lang='en'><body>{children}</body></html>;");
  write("app/page.jsx", "export default () => <p>Blank</p>;");
  if ((await run([...next("build"), folder])) !== 0) throw new Error("The blank page could not be built.");

  const port = await freePort();
  const server = startQuietly([...next("start"), folder, "-H", "127.0.0.1", "-p", String(port)], process.env);
  const url = `http://127.0.0.1:${port}/`;
  const close = () => {
    server.kill("SIGKILL");
    rmSync(folder, { recursive: true, force: true });
  };
  await answers(url, server).catch((error: unknown) => {
    close();
    throw error;
  });
  return { url, close };
}
