import { describe, expect, it } from "vitest";
import { browserId, endForm, formErrorRedirect, isForeignScript, isFromOwnPage, retryKey } from "./form";
import type { Refusal } from "./refusals";

const KEY = "7c9e6679-7425-40de-944b-e07fc1f90ae7";

function sent(fields: Record<string, string>): Uint8Array {
  return new TextEncoder().encode(new URLSearchParams(fields).toString());
}

function whereTo(response: Response): URLSearchParams {
  expect(response.status).toBe(303);
  const location = response.headers.get("location") ?? "";
  expect(location).toMatch(/^\/\?/);
  return new URLSearchParams(location.slice(2));
}

describe("a form that was refused", () => {
  const fields = { amount: "other", customAmount: "0.5", name: "Zoë", message: "a\r\nb", idempotencyKey: KEY };
  const tooLow: Refusal = {
    code: "validation",
    detail: "",
    errors: [{ field: "amount", code: "amount_too_low", message: "" }],
  };

  it("leads back with the code, the field and what was written, and never with the key", () => {
    const query = whereTo(formErrorRedirect(sent(fields), tooLow));
    const { idempotencyKey, ...kept } = { ...fields, message: "a\nb" };
    expect(Object.fromEntries(query)).toEqual({ error: "amount_too_low", field: "amount", ...kept });
    expect(query.toString()).not.toContain(idempotencyKey);
    const down = whereTo(formErrorRedirect(sent(fields), { code: "provider_timeout", detail: "" }));
    expect(Object.fromEntries(down)).toEqual({ error: "provider_timeout", ...kept });
  });

  it("keeps the key in a cookie for ten minutes where the provider left it open, and takes it away otherwise", () => {
    const unsure = formErrorRedirect(sent(fields), { code: "provider_timeout", detail: "" }).headers.get("set-cookie");
    expect(unsure).toBe(`checkout_retry=${KEY}; Path=/; Max-Age=600; HttpOnly; SameSite=Lax`);
    expect(retryKey(`a=b; ${unsure?.split(";")[0]}`)).toBe(KEY);
    for (const other of [
      formErrorRedirect(sent(fields), { code: "idempotency_conflict", detail: "" }),
      formErrorRedirect(sent(fields), tooLow),
      endForm("https://checkout.example/pay"),
    ]) {
      expect(other.headers.get("set-cookie")).toMatch(/^checkout_retry=; Path=\/; Max-Age=0;/);
    }
  });

  it("puts no more than the page can hold into the link, and nothing into a header that is no key", () => {
    const hostile = {
      message: `x${"😀".repeat(400)}`,
      name: "n".repeat(999),
      idempotencyKey: "x; Domain=evil\r\nSet-Cookie: a=b",
    };
    const response = formErrorRedirect(sent(hostile), { code: "provider_refused", detail: "" });
    const query = whereTo(response);
    expect(query.get("name")).toHaveLength(60);
    expect(query.get("message")).toBe(`x${"😀".repeat(139)}`);
    expect(response.headers.get("set-cookie")).toMatch(/^checkout_retry=; /);
    expect(
      whereTo(formErrorRedirect(new Uint8Array([0xff, 0x3d, 0xfe]), { code: "unreadable", detail: "" })).get("error"),
    ).toBe("unreadable");
  });
});

describe("the browser a form was given to", () => {
  const id = "A".repeat(24);
  const from = (cookie: string | null) => browserId(new Headers(cookie === null ? {} : { cookie }));

  it.each([
    `checkout_browser=${id}`,
    `lang=de; checkout_browser=${id}; x=y`,
    `checkout_browser=; checkout_browser=${id}`,
  ])("is read from %j", (cookie) => {
    expect(from(cookie)).toBe(id);
  });

  it.each([
    null,
    "",
    "checkout_browser",
    "checkout_browser=short",
    `xcheckout_browser=${id}`,
    `checkout_browser=${id}%00`,
    `checkout_browser="${id}"`,
  ])("is unknown with %j", (cookie) => {
    expect(from(cookie)).toBeNull();
  });
});

describe("a post of another site", () => {
  const foreign = (headers: Record<string, string>) =>
    isForeignScript(new Request("http://localhost/", { method: "POST", headers }));
  const by = (site: string, mode: string, dest: string) => ({
    "sec-fetch-site": site,
    "sec-fetch-mode": mode,
    "sec-fetch-dest": dest,
  });

  it("is refused when a script, a frame or a picture sent it", () => {
    for (const site of ["cross-site", "same-site"]) {
      expect(foreign(by(site, "no-cors", "empty"))).toBe(true);
      expect(foreign(by(site, "cors", "empty"))).toBe(true);
      expect(foreign(by(site, "navigate", "iframe"))).toBe(true);
      expect(foreign({ "sec-fetch-site": site })).toBe(true);
    }
  });

  it("is taken when the visitor followed a form, and so are our own page and clients that do not say", () => {
    expect(foreign(by("cross-site", "navigate", "document"))).toBe(false);
    expect(foreign(by("same-origin", "cors", "empty"))).toBe(false);
    expect(foreign(by("none", "navigate", "document"))).toBe(false);
    expect(foreign({})).toBe(false);
  });
});

describe("a form of our own page", () => {
  const isOwn = (headers: Record<string, string>) =>
    isFromOwnPage(new Request("http://localhost/admin/sign-out", { method: "POST", headers }), "https://tips.example");

  it.each([
    [{}],
    [{ origin: "https://tips.example" }],
    [{ origin: "https://tips.example", "sec-fetch-site": "same-origin", host: "internal:3000" }],
    [{ origin: "http://192.0.2.7:3000", "sec-fetch-site": "same-origin", host: "192.0.2.7:3000" }],
  ])("may be what was sent with %j", (headers) => expect(isOwn(headers)).toBe(true));

  it.each([
    [{ origin: "https://evil.example" }],
    [{ origin: "null" }],
    [{ origin: "https://tips.example.evil.example", host: "tips.example" }],
    [{ origin: "https://evil.example", "sec-fetch-site": "same-origin", host: "tips.example" }],
    [{ origin: "https://tips.example", "sec-fetch-site": "same-site" }],
    [{ "sec-fetch-site": "cross-site" }],
    [{ "sec-fetch-site": "none" }],
  ])("is not what was sent with %j", (headers) => expect(isOwn(headers)).toBe(false));
});
