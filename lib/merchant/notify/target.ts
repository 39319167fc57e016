import "server-only";
import { lookup as resolve } from "node:dns/promises";
import { isIP, type LookupFunction } from "node:net";
import ipaddr from "ipaddr.js";
import { DeliveryFailure, failed } from "./failure";

export type Guard = {
  /** Names the address in messages. */
  readonly setting: string;
  readonly allowsLoopback: boolean;
};

const GLOBAL_IPV6 = ipaddr.parseCIDR("2000::/3");

/** Anything else leads into a private network, to this machine, or through a translation to one of them. */
export function isPublicAddress(address: string): boolean {
  if (isIP(address) === 0) return false;
  const parsed = ipaddr.parse(address);
  return parsed.range() === "unicast" && (parsed.kind() === "ipv4" || parsed.match(GLOBAL_IPV6));
}

function isAllowed(address: string, { allowsLoopback }: Guard): boolean {
  if (isPublicAddress(address)) return true;
  return allowsLoopback && isIP(address) !== 0 && ipaddr.parse(address).range() === "loopback";
}

/** The addresses of a host, all of them checked. One that is not public is enough to refuse the host. */
async function checkedAddresses(hostname: string, guard: Guard) {
  const addresses = await resolve(hostname, { all: true });
  if (addresses.length > 0 && addresses.every(({ address }) => isAllowed(address, guard))) return addresses;
  throw failed(guard.setting, "its host is in a private network, and notifications go to public addresses only");
}

/**
 * What a socket is to resolve its host with. It connects to the very addresses that were checked, so a name that
 * answers something else a moment later gains nothing. Sockets do not resolve a literal address: that one is checked at
 * once.
 */
export function guardedLookup(hostname: string, guard: Guard): LookupFunction {
  if (isIP(hostname) !== 0 && !isAllowed(hostname, guard)) {
    throw failed(guard.setting, "its address is not a public one");
  }
  return (name, { all }, callback) => {
    checkedAddresses(name, guard).then(
      (addresses) => {
        const [first] = addresses;
        if (all === true) callback(null, addresses);
        else if (first !== undefined) callback(null, first.address, first.family);
      },
      (error: unknown) => callback(error instanceof Error ? error : new DeliveryFailure("unknown"), ""),
    );
  };
}
