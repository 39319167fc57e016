import { createHash, randomBytes } from "node:crypto";
import { describe, expect, it } from "vitest";
import { readBody } from "./arrival";

const CAP = 1024;

function post(body: BodyInit, headers: Record<string, string> = {}): Request {
  return new Request("http://localhost/", { method: "POST", body, headers, duplex: "half" } as RequestInit);
}

describe("reading a body", () => {
  it("gives back every byte", async () => {
    const bytes = randomBytes(CAP);
    const read = await readBody(post(bytes), CAP);
    if (!read.ok) throw new Error(read.refusal.code);
    expect(createHash("sha256").update(read.bytes).digest("hex")).toBe(
      createHash("sha256").update(bytes).digest("hex"),
    );
  });

  it("reads no body as no bytes", async () => {
    expect(await readBody(new Request("http://localhost/", { method: "POST" }), CAP)).toEqual({
      ok: true,
      bytes: new Uint8Array(),
    });
  });

  it("refuses one byte too many", async () => {
    expect(await readBody(post(randomBytes(CAP + 1)), CAP)).toMatchObject({
      ok: false,
      refusal: { code: "body_too_large" },
    });
  });

  it("stops an endless body at the cap, whatever length it claims", async () => {
    let sent = 0;
    const endless = new ReadableStream<Uint8Array>({
      pull(controller) {
        sent += 256;
        controller.enqueue(new Uint8Array(256));
      },
    });
    expect(await readBody(post(endless, { "content-length": "10" }), CAP)).toMatchObject({
      ok: false,
      refusal: { code: "body_too_large" },
    });
    expect(sent).toBeLessThan(CAP * 3);
  });

  it("refuses a body whose sender goes away in the middle", async () => {
    const broken = new ReadableStream<Uint8Array>({
      start(controller) {
        controller.enqueue(new Uint8Array(10));
        controller.error(new Error("aborted"));
      },
    });
    expect(await readBody(post(broken), CAP)).toMatchObject({ ok: false, refusal: { code: "unreadable" } });
  });
});
