import { describe, expect, it } from "vitest";
import { readableTarget } from "./readable-requests";

describe("the target of a request", () => {
  it.each([
    "/",
    "/orders/abc?error=%",
    "/orders/%25",
    "/api//x",
    "//example.com/x",
    "http://example.com/x?y",
    "/a%20b?c?d",
  ])("stays as it is when it can be read: %s", (target) => {
    expect(readableTarget(target)).toBe(target);
  });

  it.each([
    ["/orders/%", "/orders/%25"],
    ["/orders/%zz?a=%", "/orders/%25zz?a=%"],
    ["/api/%ed%a0%80/x", "/api/%25ed%25a0%2580/x"],
    ["*", "/*"],
    ["*?%", "/*?%"],
    ["", "/"],
    ["%", "/%25"],
  ])("becomes plain text otherwise: %s", (target, readable) => {
    expect(readableTarget(target)).toBe(readable);
  });

  it("is read the same the second time", () => {
    const once = readableTarget("/orders/%ff%fe?x");
    expect(readableTarget(once)).toBe(once);
  });
});
