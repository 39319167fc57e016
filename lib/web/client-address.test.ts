import { describe, expect, it } from "vitest";
import { clientAddress, networkOf } from "./arrival";

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

  it("keeps neighbours of one /48 together and other networks apart", () => {
    const networks = new Set(
      Array.from({ length: 500 }, (_, i) => networkOf(from(`2001:db8:7:${i.toString(16)}::9`, 1))),
    );
    expect([...networks]).toEqual(["2001:db8:7::/48"]);
    expect(networkOf(from("2001:db8:8::9", 1))).not.toBe("2001:db8:7::/48");
  });
});
