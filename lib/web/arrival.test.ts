import { describe, expect, it } from "vitest";
import { routableTarget } from "./arrival";

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
