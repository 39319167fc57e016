import { afterAll, expect, test } from "vitest";
import { SettingReader } from "@/lib/settings";
import type { Finding } from "../provider";
import { allscale } from "./module";
import { type Answer, json, raw, startScriptedServer, success } from "./test-support/scripted-server";

const SECRET = "st_canary_secret";
const server = await startScriptedServer();
afterAll(() => server.close());

function provider() {
  const env = { ALLSCALE_API_KEY: "st_key", ALLSCALE_API_SECRET: SECRET, ALLSCALE_BASE_URL: server.url };
  const loaded = allscale.load(new SettingReader(env)) ?? expect.fail();
  return loaded.create({ timeoutMs: 2_000 });
}

type Routes = { readonly ping?: Answer; readonly fail?: Answer; readonly post?: Answer };
const PONG = success({ pong: "ok" });
const FAILED = json({ code: 90000, error: { message: "always" }, payload: null });
const echo: Answer = (request, response, incoming) => success(JSON.parse(request.body))(request, response, incoming);
const refusal = (code: number, details: object = {}) => json({ code, error: { details }, payload: null });

/** What the merchant reads when the test routes answer this way. */
async function findings({ ping = PONG, fail = FAILED, post = echo }: Routes): Promise<readonly Finding[]> {
  server.answerWith((request, response, incoming) => {
    const route = request.target.split("/").at(-1);
    const answer = route === "ping" ? ping : route === "fail" ? fail : post;
    answer(request, response, incoming);
  });
  const found = await provider().diagnose();
  expect(JSON.stringify(found)).not.toContain(SECRET);
  return found;
}

const wrong = (list: readonly Finding[]) => list.filter(({ state }) => state === "failed" || state === "warning");

test("everything is right when all three routes behave", async () => {
  expect((await findings({})).map(({ id, state }) => `${id} ${state}`)).toEqual([
    "provider_address ok",
    "provider_access ok",
    "provider_clock ok",
    "provider_calls ok",
  ]);
});

test("each error code has one finding with a sentence of its own, and one thing to do", async () => {
  const answers = [
    ...[10001, 20001, 20002, 30001, 30002, 40001, 90000, 99999].map((code) => refusal(code)),
    ...["invalid_key", "signature_mismatch", "timestamp_out_of_window", "replay_nonce"].map((reason) =>
      refusal(20002, { reason }),
    ),
    refusal(77777),
    raw("<h1>It works!</h1>"),
    raw("<h1>Bad gateway</h1>", { status: 502 }),
  ];
  const said: string[] = [];
  for (const ping of answers) {
    const [finding, ...others] = wrong(await findings({ ping }));
    expect(others).toEqual([]);
    expect(finding?.todo).toMatch(/\.$/);
    said.push(finding?.sentence ?? "");
  }
  expect(new Set(said).size).toBe(answers.length);
});

test("an address that is not allowed is named where the error names it", async () => {
  const named = await findings({ ping: refusal(30001, { reason: "ip_not_allowed", client_ip: "203.0.113.7" }) });
  expect(wrong(named)).toMatchObject([
    { id: "provider_access", todo: expect.stringMatching(/^Add 203\.0\.113\.7 to/) },
  ]);
  const unnamed = await findings({ ping: refusal(30001, { reason: "ip_not_allowed" }) });
  expect(wrong(unnamed)).toMatchObject([{ todo: expect.stringContaining("calls out") }]);
});

test.each([
  [10, "ok"],
  [-10, "ok"],
  [120, "warning"],
  [-120, "warning"],
  [3_600, "failed"],
  [-3_600, "failed"],
])("a clock that differs by %i s is %s", async (seconds, state) => {
  const date = new Date(Date.now() + seconds * 1_000).toUTCString();
  const found = await findings({
    ping: json({ code: 0, payload: { pong: "ok" } }, { headers: { Date: date } }),
    fail: FAILED,
  });
  // The later answers have the right time, and the first one counts.
  expect(found.find(({ id }) => id === "provider_clock")?.state).toBe(state);
});

test.each<[string, Routes, string, RegExp]>([
  ["a changed body", { post: success({ text: "x" }) }, "failed", /comes back changed/],
  ["a refused POST", { post: refusal(20002, { reason: "signature_mismatch" }) }, "failed", /GET but not a signed POST/],
  ["an error route that succeeds", { fail: PONG }, "warning", /always fails/],
  ["an error route behind a proxy", { fail: raw("<h1>", { status: 502 }) }, "warning", /always fails/],
])("%s is found by the test routes", async (_, routes, state, sentence) => {
  expect(wrong(await findings(routes))).toMatchObject([
    { id: "provider_calls", state, sentence: expect.stringMatching(sentence) },
  ]);
});

test("a test webhook passes the ordinary checks, names no payment, and is only a test to the letter", async () => {
  const subject = provider();
  const { headers, body, nonce } =
    (await subject.signTestWebhook?.(new URL("https://x.example/hook"))) ?? expect.fail();
  const delivery = (bytes: Uint8Array) => {
    const target = { method: "POST", path: "/hook", query: "" };
    return { ...target, headers: new Headers(headers), body: bytes, receivedAt: Date.now() };
  };
  expect(await subject.authenticateWebhook(delivery(body))).toMatchObject({ ok: true, replay: { nonce } });
  expect(await subject.authenticateWebhook({ ...delivery(body), path: "/other" })).toMatchObject({ ok: false });
  expect(subject.parseWebhook(delivery(body))).toMatchObject({ kind: "test" });

  const json = JSON.parse(new TextDecoder().decode(body));
  const other = (change: object) => new TextEncoder().encode(JSON.stringify({ ...json, ...change }));
  const payment = { all_scale_checkout_intent_id: "65b2f3d0d2d9c0a1b2c3d4e5", amount_coins: "5.00" };
  expect(subject.parseWebhook(delivery(other(payment)))).toMatchObject({ kind: "event" });
  expect(subject.parseWebhook(delivery(other({ setup_test: "true" })))).toMatchObject({ kind: "unreadable" });
  expect(subject.parseWebhook(delivery(other({ webhook_id: "another" })))).toMatchObject({ kind: "contradictory" });
});
