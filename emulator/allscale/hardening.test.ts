import { once } from "node:events";
import { connect } from "node:net";
import { describe, expect, it } from "vitest";
import { startEmulator } from "../server";
import { closeAfterTest, openStore } from "../test-support/bench-store";
import { call, create, createOk, send, usd } from "../test-support/merchant";

async function raw(port: number, bytes: string): Promise<string> {
  const socket = connect(port, "127.0.0.1");
  await once(socket, "connect");
  let text = "";
  socket.on("data", (chunk) => {
    text += String(chunk);
  });
  socket.end(bytes);
  await once(socket, "close");
  return text;
}

describe("starting", () => {
  it("needs no argument", async () => {
    const emulator = await startEmulator();
    closeAfterTest(emulator);
    const merchant = { apiKey: "st_emulator_key", apiSecret: "st_emulator_secret_not_for_production" };
    expect((await call({ baseUrl: emulator.url, ...merchant }, "/v1/test/ping")).status).toBe(200);
  });

  it.each([
    [{ webhookUrl: "nope" }, /webhookUrl" takes an absolute http or https URL/],
    [{ publicUrl: "nope" }, /publicUrl takes an absolute/],
    [{ apiKey: "☃" }, /visible ASCII/],
    [{ apiKey: "a\nb" }, /visible ASCII/],
    [{ apiKey: "" }, /visible ASCII/],
    [{ apiSecret: "" }, /apiSecret must not be empty/],
    [{ host: "0.0.0.0" }, /reached from other computers.*allowRemote/],
    [{ port: 65_536 }, /port takes/],
    [{ port: 1.5 }, /port takes/],
    [{ settings: { replayWindow: 1 } }, /no setting "replayWindow"/],
    [{ settings: { replayWindowSeconds: "1" } }, /"replayWindowSeconds" takes an integer from 1 to 86400/],
  ])("refuses %j with a sentence", async (options, sentence) => {
    await expect(startEmulator(options)).rejects.toThrow(sentence);
  });
});

describe("what once ended the process", () => {
  it("a webhook that cannot be built or sent is that delivery's failure", async () => {
    const store = await openStore({ settings: { retryGapsMs: [] } });
    for (const place of ["http://127.0.0.1:1/x", "https://127.0.0.1:1/x", "http://[::1]:9/☃", "http://no.invalid/"]) {
      expect((await store.control("POST", "/settings", { webhookUrl: place })).status).toBe(200);
      const id = await store.open();
      await store.move(id, 20);
      const failed = { state: "failed", error: expect.stringMatching(/failed/) };
      await expect.poll(() => store.list(`deliveries?intent_id=${id}`)).toMatchObject([failed]);
    }
    expect((await call(store.merchant, "/v1/test/ping")).status).toBe(200);
  });

  it("a listener that throws changes nothing", async () => {
    const onRequest = () => {
      throw new Error("A mistake in a test.");
    };
    const { merchant } = await openStore({ onRequest });
    expect((await call(merchant, "/v1/test/ping")).status).toBe(200);
  });

  it("text that no header can carry is encoded or refused", async () => {
    const store = await openStore({ settings: { signedResponse: true } });
    const redirect_url = "https://shop.example/grüße/☃";
    const { checkout_url } = await createOk(store.merchant, { ...usd, redirect_url });
    const target = `${new URL(checkout_url).pathname}/status`;
    const pressed = await send({ url: store.emulator.url, method: "POST", target, body: "action=pay" });
    expect([pressed.status, pressed.headers.location]).toEqual([303, new URL(redirect_url).href]);
    const nonce = "☃";
    const onTheWire = { nonce: Buffer.from(nonce).toString("latin1"), signed: { nonce } };
    const answer = await call(store.merchant, "/v1/test/ping", onTheWire);
    expect([answer.status, answer.headers["x-request-nonce"]]).toEqual([200, onTheWire.nonce]);
  });
});

describe("what is not readable as a request", () => {
  it("is answered in the envelope, with a request id of its own that the log knows", async () => {
    const { emulator, list, merchant } = await openStore();
    const long = await create(merchant, { ...usd, order_description: "x".repeat(1_100_000) });
    const answers = [
      long.text,
      await raw(emulator.port, "nonsense\r\n\r\n"),
      await raw(emulator.port, `GET / HTTP/1.1\r\nHost: x\r\nX-Long: ${"x".repeat(20_000)}\r\n\r\n`),
    ].map((text) => JSON.parse(text.slice(text.indexOf("{"))));
    const ids = answers.map(({ code, request_id }) => [code, request_id]);
    expect(ids).toEqual(Array(3).fill([10001, expect.stringMatching(/^req_[0-9a-f]{32}$/)]));
    expect(new Set(answers.map(({ request_id }) => request_id)).size).toBe(3);
    const logged = await list("requests?unattributed=true");
    const known = new Set(logged.map(({ requestId }) => requestId));
    expect(answers.every(({ request_id }) => known.has(request_id))).toBe(true);
    expect(logged).toMatchObject([{ httpStatus: 413 }, { httpStatus: 400 }, { httpStatus: 431 }]);
  });

  it("or breaks off is survived", async () => {
    const { emulator, merchant } = await openStore();
    await raw(emulator.port, "POST /v1/test/post HTTP/1.1\r\nHost: x\r\nContent-Length: 9\r\n\r\nab");
    expect((await call(merchant, "/v1/test/ping")).status).toBe(200);
    expect((await send({ url: emulator.url, method: "GET", target: "/%zz?%" })).status).toBe(404);
  });
});
