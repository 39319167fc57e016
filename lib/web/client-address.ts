import { isIP } from "node:net";
import ipaddr from "ipaddr.js";
import { connectionAddress } from "./arrival";

/**
 * The address that limits are counted for. With no proxy of ours in front it is the connection's own. With n of them it is
 * the n-th entry of `X-Forwarded-For` from the right: each proxy appends the address it saw, so the outermost one wrote that
 * entry, and everything left of it is the client's own claim.
 *
 * What cannot be known that way (too few entries, not an address) is "unknown" and shares one limit: a forged header must
 * never buy a limit of its own.
 */
export function clientAddress(headers: Headers, trustedProxyHops: number): string {
  if (trustedProxyHops === 0) return normalizeAddress(connectionAddress(headers) ?? "");
  const entries = (headers.get("x-forwarded-for") ?? "").split(",").map((entry) => entry.trim());
  return normalizeAddress(entries.at(-trustedProxyHops) ?? "");
}

/** The network of a client address: what one customer of a host or a small provider has, /48 of IPv6 and /24 of IPv4. */
export function networkOf(address: string): string {
  if (address.includes(":")) return `${ipaddr.IPv6.networkAddressFromCIDR(address.replace(/\/64$/, "/48"))}/48`;
  return address.replace(/\.\d+$/, ".0/24");
}

/** IPv6 is counted per /64, because a single subscriber owns that many addresses. */
function normalizeAddress(entry: string): string {
  const bare = entry.replace(/^\[(.+)\](?::\d+)?$/, "$1").replace(/^(\d+\.\d+\.\d+\.\d+):\d+$/, "$1");
  // Stricter than the library, to which "1" is an address too.
  if (isIP(bare) === 0) return "unknown";
  const address = ipaddr.process(bare.split("%")[0] ?? "");
  if (address.kind() === "ipv4") return address.toString();
  return `${ipaddr.IPv6.networkAddressFromCIDR(`${address.toString()}/64`).toString()}/64`;
}
