import { execFileSync } from "node:child_process";
import { Agent, request } from "node:http";
import { expect, it } from "vitest";
import { controlOf } from "../test-support/bench-store";
import { createOk, signedHeaders, usd } from "../test-support/merchant";
import { startMain } from "../test-support/start-main";

/** `FUZZ_REQUESTS=100000` for the number that is promised; `FUZZ_SEED` repeats a run. */
const total = Number(process.env.FUZZ_REQUESTS ?? 3_000);
const seed = Number(process.env.FUZZ_SEED ?? Math.floor(Math.random() * 2 ** 31));
const rounds = 40;

let state = seed;
function random(below: number): number {
  state = (state + 0x6d2b79f5) | 0;
  let mixed = Math.imul(state ^ (state >>> 15), 1 | state);
  mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
  return Math.floor((((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32) * below);
}
const oneOf = <T>(values: readonly T[]): T => values[random(values.length)] as T;

const words = ["", "0", "20", "☃", "a\nb", "%zz", "..", "null", "__proto__", "constructor", "x".repeat(5_000)];
const names =
  `status webhook freeze advance name times op kind http code details delay url raw all apiKey apiSecret webhookUrl
currency stable_coin amount_cents order_id extra redirect_url order_description amount chain reference_id event settings
coinDecimals retryGapsMs clockSkewMs intentLifetimeMs signedResponse errorShape webhookId`.split(/\s+/);
const right =
  `{} {"advance":"31m"} {"freeze":false} {"status":20} {"status":-3,"actual_paid_amount":"1"} {"name":"happy"} {"raw":true}
{"op":"any","http":500,"times":3} {"op":"create","kind":"amount_x100","times":3} {"event":"claimed"} {"coinDecimals":8}
{"apiKey":"k","apiSecret":"s"} {"currency":1,"amount_cents":403} {"stable_coin":2,"amount_cents":500}
{"amount":"5","stable_coin":1,"chain":5,"reference_id":"r"}`.split(/\s+/);

function value(depth = 0): unknown {
  const kind = random(depth > 3 ? 5 : 8);
  if (kind < 2) return oneOf([0, 1, 2, -5, 20, 500, 1e21, 0.5, Number.MAX_SAFE_INTEGER, -(2 ** 40)]);
  if (kind < 4) return oneOf([...words, "http://127.0.0.1:1/x", "31m", "create", "error", "happy", "claimed", "5.00"]);
  if (kind === 4) return oneOf([true, false, null]);
  if (kind === 5) return Array.from({ length: random(4) }, () => value(depth + 1));
  return Object.fromEntries(Array.from({ length: random(5) }, () => [oneOf([...names, ...words]), value(depth + 1)]));
}

function body(): string {
  if (random(2) === 0) return oneOf(right);
  if (random(6) === 0) return oneOf([...words, `{"extra":${"[".repeat(6_000)}`]);
  const text = JSON.stringify(random(2) === 0 ? value() : { ...JSON.parse(oneOf(right)), ...(value() as object) });
  return random(6) === 0 ? text.slice(0, random(text.length)) : text;
}

function target(ids: readonly string[]): string {
  const id = oneOf([...ids, ...words.map(encodeURIComponent)]);
  const control =
    "accounts settings intents scenarios faults clock requests deliveries claim_links health openapi.json";
  const path = oneOf([
    `/v1/${oneOf(["test/ping", "test/fail", "test/post", "checkout_intents/", "claim_link_auto_payouts", "x"])}`,
    `/v1/checkout_intents/${id}${oneOf(["", "/status", "/"])}`,
    `/v1/claim_link_auto_payouts/${id}/cancel`,
    `/_emulator/${oneOf(control.split(" "))}`,
    `/_emulator/${oneOf(["intents", "deliveries", "claim_links", "faults"])}/${id}/${oneOf(["status", "replay", "event", "scenario"])}`,
    `/${oneOf(["checkout", "claim", "x"])}/${id}${oneOf(["", "/status"])}`,
  ]);
  return random(4) === 0 ? `${path}?${oneOf(names)}=${encodeURIComponent(oneOf(words))}&limit=${random(5) - 1}` : path;
}

const residentMb = (pid: number | undefined): number =>
  Number(execFileSync("ps", ["-o", "rss=", "-p", String(pid)], { encoding: "utf8" })) / 1024;

it(`${total} fuzzed requests over API, control and pages (seed ${seed})`, { timeout: 900_000 }, async () => {
  const { child, url, exit } = startMain("--quiet", "--set", "webhooks=false", "--api-key", "K", "--api-secret", "S");
  const baseUrl = await url();
  const merchant = { baseUrl, apiKey: "K", apiSecret: "S" };
  const control = controlOf(baseUrl, "K");
  const agent = new Agent({ keepAlive: true, maxSockets: 16 });
  const { hostname, port } = new URL(baseUrl);
  const seen: Record<number, number> = {};
  let failed: string[] = [];
  let ids: string[] = [];

  const send = () =>
    new Promise<void>((resolve) => {
      const [method, path] = [oneOf(["GET", "GET", "POST", "POST", "POST", "DELETE", "PUT"]), target(ids)];
      const isPage = /^\/(checkout|claim)\//.test(path);
      const text = method === "GET" ? "" : isPage ? oneOf(["action=pay", "status=20", "status=x"]) : body();
      const isSigned = path.startsWith("/v1/") && random(3) > 0;
      const auth = isSigned ? signedHeaders(merchant, { method, target: path, options: { body: text } }) : {};
      const headers = { "Content-Type": oneOf(["application/json", "application/json", "text/plain"]), ...auth };
      const outgoing = request({ agent, hostname, port, method, path, headers, timeout: 2_000 }, (incoming) => {
        const { statusCode: status = 0 } = incoming;
        seen[status] = (seen[status] ?? 0) + 1;
        if (status >= 500) failed.push(path.split("?")[0] ?? "");
        incoming.resume().on("end", resolve).on("error", resolve);
      });
      // Faults that were fuzzed in drop the connection or never answer.
      outgoing.on("timeout", () => outgoing.destroy()).on("error", () => resolve());
      outgoing.end(text);
    });

  const memoryMb: number[] = [];
  for (let round = 0; round < rounds; round += 1) {
    await control("DELETE", "/faults");
    await control("POST", "/settings", { clockSkewMs: 0, signedResponse: random(2) === 0, errorShape: null });
    const { allscale_checkout_intent_id: id, checkout_url } = await createOk(merchant, usd);
    ids = [id, checkout_url.split("/").at(-1) ?? ""];
    let left = Math.ceil(total / rounds);
    const worker = async (): Promise<void> => {
      for (; left > 0; left -= 1) await send();
    };
    await Promise.all(Array.from({ length: 16 }, worker));
    expect(child.exitCode, "the process lives").toBeNull();
    memoryMb.push(residentMb(child.pid));
    const logs = await Promise.all(["", "?unattributed=true"].map((query) => control("GET", `/requests${query}`)));
    const logged = logs.flatMap((log) => log.body?.requests as { path: string; httpStatus: number; message: string }[]);
    expect(logged.filter(({ message }) => message?.startsWith("The emulator failed"))).toEqual([]);
    const known = new Set(logged.filter(({ httpStatus }) => httpStatus >= 500).map(({ path }) => path));
    const unlogged = failed.filter((path) => !known.has(path));
    expect(unlogged, "each 5xx has its log line").toEqual([]);
    failed = [];
    await control("POST", "/reset", { all: true });
  }
  console.log(`statuses ${JSON.stringify(seen)}; memory ${memoryMb.map(Math.round).join(" ")} MB`);
  expect(memoryMb.at(-1), "memory stays flat").toBeLessThan((memoryMb[rounds / 4] ?? 0) + 60);
  expect([(seen[200] ?? 0) > total / 25, (seen[500] ?? 0) > 0]).toEqual([true, true]);
  child.kill("SIGTERM");
  expect(await exit).toBe(0);
});
