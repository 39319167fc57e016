import { execFile } from "node:child_process";
import { createServer, request as forward } from "node:http";
import type { AddressInfo } from "node:net";
import { fileURLToPath } from "node:url";
import { promisify } from "node:util";
import { describe, expect, it } from "vitest";
import { closeAfterTest, openStore } from "../test-support/bench-store";
import { allCases, casesFor } from "./suite";

const main = fileURLToPath(new URL("main.ts", import.meta.url));

async function openTarget() {
  const { merchant, control } = await openStore();
  const account = (name: string) => ({ apiKey: `st_${name}`, apiSecret: `st_${name}_secret` });
  await control("POST", "/accounts", account("neighbour"));
  await control("POST", "/accounts", { ...account("signed"), signedResponse: true });
  return {
    merchant,
    neighbour: { ...merchant, ...account("neighbour") },
    signed: { ...merchant, ...account("signed") },
  };
}

describe("conformance with the protocol", () => {
  it.each(allCases.map((each) => [each.section, each.name, each] as const))("%s: %s", async (_section, _name, each) => {
    await each.run(await openTarget());
  });
});

/** Stands for another implementation: the emulator behind a proxy that changes what passes. */
async function openProxy(target: string, change: (headers: Record<string, unknown>) => void): Promise<string> {
  const server = createServer((incoming, outgoing) => {
    const headers: Record<string, unknown> = { ...incoming.headers };
    change(headers);
    const { method, url } = incoming;
    const onward = forward(
      new URL(target),
      { method, path: url, headers: headers as Record<string, string> },
      (answer) => {
        outgoing.writeHead(answer.statusCode ?? 0, answer.headers);
        answer.pipe(outgoing);
      },
    );
    incoming.pipe(onward);
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  closeAfterTest({ close: () => new Promise((resolve) => server.close(() => resolve())) });
  return `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
}

describe("the suite judges any implementation by its URL", () => {
  it("and finds the rule that one of them does not keep", async () => {
    const { merchant } = await openTarget();
    const lax = await openProxy(merchant.baseUrl, (headers) => {
      if (headers["content-type"] !== undefined) headers["content-type"] = "application/json";
    });
    const broken: string[] = [];
    for (const each of casesFor({ merchant: { ...merchant, baseUrl: lax } })) {
      await each.run({ merchant: { ...merchant, baseUrl: lax } }).catch(() => broken.push(each.name));
    }
    expect(broken).toEqual(["a body of another content type is a signature mismatch"]);
  });

  it("from the command line, without the cases that need another account", async () => {
    const { merchant } = await openTarget();
    const args = [merchant.baseUrl, merchant.apiKey, merchant.apiSecret];
    const { stdout } = await promisify(execFile)(process.execPath, ["--import", "tsx", main, ...args]);
    const lines = stdout.trimEnd().split("\n");
    expect(lines.length).toBe(allCases.filter(({ needs }) => needs === undefined).length);
    expect(lines.every((line) => line.startsWith("kept"))).toBe(true);
  });
});
