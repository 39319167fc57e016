import { execFileSync } from "node:child_process";
import { expect, it } from "vitest";

/** A process of its own, because garbage is collected on demand only under a flag. */
const PROGRAM = `
import { createServer, request } from "node:http";
import { beforeDeadline } from "./lib/merchant/notify/deadline.ts";
const server = createServer(() => {});
server.listen(0, "127.0.0.1", async () => {
  const { port } = server.address();
  const hang = () => {
    const outer = new AbortController().signal;
    const ask = (signal) => new Promise((_, fail) => request({ port, host: "127.0.0.1", signal }).on("error", fail).end());
    return beforeDeadline({ signal: outer, timeoutMs: 200 }, ask).catch((error) => error.name);
  };
  const all = Promise.all(Array.from({ length: 20 }, hang));
  const collecting = setInterval(gc, 20);
  console.log(JSON.stringify([...new Set(await all)]));
  clearInterval(collecting);
  server.closeAllConnections();
  server.close();
});
`;

it("a deadline fires whatever is garbage collected meanwhile", () => {
  const flags = ["--expose-gc", "--import", "tsx", "--input-type=module", "-e", PROGRAM];
  const said = execFileSync(process.execPath, flags, { encoding: "utf8", timeout: 15_000 });
  expect(JSON.parse(said)).toEqual(["AbortError"]);
});
