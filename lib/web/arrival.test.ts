import { createHash, randomBytes } from "node:crypto";
import { describe, expect, it } from "vitest";
import { clientAddress, networkOf, readBody, routableTarget } from "./arrival";

describe("the target of a request", () => {
  it.each(["/", "/orders/abc?error=%", "/orders/%25", "/a%20b?c?d", "/a%2Fb", "/api/webhooks/sample/?a//b=%6c"])(
    "stays as it is when it names a route already: %s",
    (target) => {
      expect(routableTarget(target)).toBe(target);
    },
  );

  it.each([
    ["//api/webhooks/sample", "/api/webhooks/sample"],
    ["/api//webhooks///sample?x=//", "/api/webhooks/sample?x=//"],
    ["/api\\webhooks/sample", "/api/webhooks/sample"],
    ["/api/webhooks/%73ample", "/api/webhooks/sample"],
    ["/api/webhooks/%6C%6cscale", "/api/webhooks/llscale"],
    ["/orders/x/../../api/%2e%2e/y", "/y"],
    ["//evil.example/x", "/evil.example/x"],
    ["http://evil.example//x?y", "/x?y"],
    ["HTTP://evil.example?y", "/?y"],
  ])("is spelled as the route it names: %s", (target, routable) => {
    expect(routableTarget(target)).toBe(routable);
  });

  it.each([
    ["/orders/%", "/orders/%25"],
    ["/orders/%zz?a=%", "/orders/%25zz?a=%"],
    ["/api/%ed%a0%80/x", "/api/%25ed%25a0%2580/x"],
    ["*", "/*"],
    ["*?%", "/*?%"],
    ["", "/"],
    ["%", "/%25"],
  ])("becomes plain text where it cannot be read: %s", (target, routable) => {
    expect(routableTarget(target)).toBe(routable);
  });

  it.each(["/orders/%ff%fe?x", "/%252e%252e/x", "/%25%36%31", "/a/%2e/%%"])(
    "is read the same the second time: %s",
    (target) => {
      const once = routableTarget(target);
      expect(routableTarget(once)).toBe(once);
    },
  );
});

const from = (forwardedFor: string | null, hops: number) =>
  clientAddress(new Headers(forwardedFor === null ? {} : { "x-forwarded-for": forwardedFor }), hops);

describe("client address", () => {
  it("believes no header when no proxy is trusted, and is unknown where the connection was not noted", () => {
    expect(from("203.0.113.7", 0)).toBe("unknown");
    expect(from(null, 0)).toBe("unknown");
  });

  it.each([
    ["203.0.113.7", 1, "203.0.113.7"],
    ["6.6.6.6, 203.0.113.7", 1, "203.0.113.7"],
    ["6.6.6.6, 203.0.113.7, 10.0.0.2", 2, "203.0.113.7"],
    ["203.0.113.7:51312", 1, "203.0.113.7"],
    ["::ffff:203.0.113.7", 1, "203.0.113.7"],
    ["2001:db8:1:2:3:4:5:6", 1, "2001:db8:1:2::/64"],
    ["[2001:db8:1:2:aaaa::1]:443", 1, "2001:db8:1:2::/64"],
  ])("reads %s with %i hops as %s", (header, hops, expected) => {
    expect(from(header, hops)).toBe(expected);
  });

  it.each([
    ["203.0.113.7", 2],
    ["", 1],
    ["not-an-address", 1],
    ["203.0.113.7, ", 1],
    ["1", 1],
    ["999.1.1.1", 1],
    ["<script>", 1],
  ])("gives %j with %i hops the shared name", (header, hops) => {
    expect(from(header, hops)).toBe("unknown");
  });

  it.each([
    ["203.0.113.7", "203.0.113.0/24"],
    ["2001:db8:1:2::/64", "2001:db8:1::/48"],
    ["2001:db8:1:ffff::/64", "2001:db8:1::/48"],
    ["unknown", "unknown"],
  ])("is %s in the network %s", (address, network) => {
    expect(networkOf(address)).toBe(network);
  });

  it("keeps neighbors of one /48 together and other networks apart", () => {
    const networks = new Set(
      Array.from({ length: 500 }, (_, i) => networkOf(from(`2001:db8:7:${i.toString(16)}::9`, 1))),
    );
    expect([...networks]).toEqual(["2001:db8:7::/48"]);
    expect(networkOf(from("2001:db8:8::9", 1))).not.toBe("2001:db8:7::/48");
  });
});

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
