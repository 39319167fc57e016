import { isIP } from "node:net";
import ipaddr from "ipaddr.js";

/**
 * The address that limits are counted for, from `X-Forwarded-For` and nothing else. Each proxy of ours appends the
 * address it saw, so with n trusted hops the n-th entry from the right was written by the outermost of them, and all
 * that stands left of it is the client's own claim.
 *
 * Anything that cannot be known that way (no trusted proxy, too few entries, not an address) shares the name "unknown",
 * hence one bucket: a forged header must never buy a bucket of one's own.
 */
export function clientAddress(headers: Headers, trustedProxyHops: number): string {
  if (trustedProxyHops === 0) return "unknown";
  const entries = (headers.get("x-forwarded-for") ?? "").split(",").map((entry) => entry.trim());
  return normalizeAddress(entries.at(-trustedProxyHops) ?? "");
}

/** IPv6 is counted per /64, because a single subscriber owns that many addresses. */
function normalizeAddress(entry: string): string {
  const bare = entry.replace(/^\[(.+)\](?::\d+)?$/, "$1").replace(/^(\d+\.\d+\.\d+\.\d+):\d+$/, "$1");
  // Stricter than the library, to which "1" is an address too.
  if (isIP(bare) === 0) return "unknown";
  const address = ipaddr.process(bare);
  if (address.kind() === "ipv4") return address.toString();
  return `${ipaddr.IPv6.networkAddressFromCIDR(`${address.toString()}/64`).toString()}/64`;
}
