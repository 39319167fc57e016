import { spawn } from "node:child_process";
import { mkdirSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { answers, freePort, next, run } from "./processes";

/** A page with one word on it, built and served by the same Next: what no page of this app can be below. */
export async function startBlankPage(): Promise<{ readonly url: string; close(): void }> {
  const folder = join(".next", "blank");
  rmSync(folder, { recursive: true, force: true });
  mkdirSync(join(folder, "app"), { recursive: true });
  const root = JSON.stringify(process.cwd());
  writeFileSync(join(folder, "next.config.mjs"), `export default { turbopack: { root: ${root} } };\n`);
  writeFileSync(join(folder, "package.json"), '{ "type": "module" }\n');
  const layout = "export default ({ children }) => <html lang='en'><body>{children}</body></html>;\n";
  writeFileSync(join(folder, "app", "layout.jsx"), layout);
  writeFileSync(join(folder, "app", "page.jsx"), "export default () => <p>Blank</p>;\n");
  if ((await run([...next("build"), folder])) !== 0) throw new Error("The blank page could not be built.");
  const port = await freePort();
  const args = [...next("start"), folder, "-H", "127.0.0.1", "-p", String(port)];
  const server = spawn(process.execPath, args, { stdio: "ignore" });
  const url = `http://127.0.0.1:${port}/`;
  const close = () => {
    server.kill("SIGKILL");
    rmSync(folder, { recursive: true, force: true });
  };
  try {
    await answers(url, server);
  } catch (error) {
    close();
    throw error;
  }
  return { url, close };
}
