import { describe, expect, it } from "vitest";
import { guardedLookup, isPublicAddress } from "./target";

const INSIDE = [
  "0.0.0.0 10.0.0.1 100.64.0.1 127.0.0.1 127.255.255.254 169.254.169.254 172.16.0.1 172.31.255.255 192.168.1.1",
  "192.0.0.1 192.0.2.1 192.88.99.1 198.18.0.1 198.51.100.1 203.0.113.1 224.0.0.1 240.0.0.1 255.255.255.255",
  ":: ::1 ::127.0.0.1 ::ffff:127.0.0.1 ::ffff:8.8.8.8 ::ffff:0:8.8.8.8 64:ff9b::8.8.8.8 64:ff9b::10.0.0.1 64:ff9b:1::1",
  "2002:7f00:1:: 2001::1 2001:db8::1 100::1 fc00::1 fd12:3456::1 fe80::1 fe80::1%eth0 fec0::1 ff02::1 4000::1 5f00::1",
  "localhost 1.2.3 0x7f.1 x",
].flatMap((line) => line.split(" "));

describe("an address that a notification may go to", () => {
  it("is a public one", () => {
    for (const address of ["8.8.8.8", "1.1.1.1", "172.32.0.1", "100.128.0.1", "2606:4700:4700::1111", "2a00:1450::1"]) {
      expect(isPublicAddress(address), address).toBe(true);
    }
    for (const address of INSIDE) expect(isPublicAddress(address), address).toBe(false);
  });

  const lookUp = (hostname: string, allowsLoopback: boolean) =>
    new Promise((resolve) => {
      const lookup = guardedLookup(hostname, { setting: "NOTIFY_WEBHOOK_URL", allowsLoopback });
      lookup(hostname, { all: true }, (error, addresses) => resolve(error?.message ?? addresses));
    });

  it("is checked after its name was resolved, and loopback counts where the provider is local", async () => {
    const refused = /^NOTIFY_WEBHOOK_URL: its host is in a private network/;
    for (const name of ["localhost", "0x7f.1", "2130706433", "127.1"]) {
      expect(await lookUp(name, false)).toMatch(refused);
    }
    expect(await lookUp("localhost", true)).toContainEqual({ address: "127.0.0.1", family: 4 });
    expect(await lookUp("0xa.1", true)).toMatch(refused);
  });

  it("is checked before the connection where it is written as a number", () => {
    const guard = { setting: "SMTP_URL", allowsLoopback: false };
    for (const address of ["127.0.0.1", "10.0.0.1", "::1", "::ffff:127.0.0.1", "169.254.169.254"]) {
      expect(() => guardedLookup(address, guard)).toThrow("SMTP_URL: its address is not a public one.");
    }
    expect(() => guardedLookup("10.0.0.1", { ...guard, allowsLoopback: true })).toThrow("not a public one");
    expect(() => guardedLookup("::ffff:127.0.0.1", { ...guard, allowsLoopback: true })).toThrow("not a public one");
  });
});
