import { execFileSync } from "node:child_process";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { eventually } from "@/test/eventually";
import { expectUnavailable } from "@/test/expect-unavailable";
import { nextVersion, sampleEvent, sampleOrder } from "@/test/sample-order";
import { startStoreChild } from "@/test/start-store-child";
import type { Order } from "./order";
import type { OrderStore } from "./order-store";
import { openSqliteOrderStore } from "./sqlite-order-store";

const mount = (...args: string[]) => execFileSync("mount", args, { stdio: "ignore" });

/** A real file system of half a megabyte. */
function mountSmallDisk(): string {
  const folder = mkdtempSync(join(tmpdir(), "small-disk-"));
  try {
    mount("-t", "tmpfs", "-o", "size=512k", "tmpfs", folder);
    return folder;
  } catch (error) {
    rmSync(folder, { recursive: true });
    throw error;
  }
}

function unmountSmallDisk(folder: string): void {
  // Lazily, because the engine closes its files only when they are garbage-collected.
  execFileSync("umount", ["-l", folder]);
  rmSync(folder, { recursive: true });
}

function mayMount(): boolean {
  try {
    unmountSmallDisk(mountSmallDisk());
    return true;
  } catch {
    return false;
  }
}

describe.skipIf(!mayMount())("the SQLite store on a small disk (needs the right to mount)", () => {
  let folder: string;
  let path: string;
  let store: OrderStore;
  beforeEach(() => {
    folder = mountSmallDisk();
    path = join(folder, "orders.db");
    store = openSqliteOrderStore({ path });
  });
  afterEach(async () => {
    await store.close();
    unmountSmallDisk(folder);
  });

  it("keeps what it acknowledged while the disk is full, and goes on once there is space", async () => {
    const filler = join(folder, "filler");
    writeFileSync(filler, Buffer.alloc(200_000));
    const [first, ...others] = await insertUntilRefused(store);
    if (!first) throw new Error("Not one order fitted.");
    for (let call = 0; call < 10; call++) {
      await expectUnavailable(store.insert(sampleOrder(), sampleEvent()), "SQLITE_FULL");
    }
    await expectUnavailable(store.replace(nextVersion(first), sampleEvent()), "SQLITE_FULL");
    await expectUnavailable(store.check(), "SQLITE_FULL");
    for (const order of [first, ...others]) expect(await store.get(order.id)).toEqual(order);
    rmSync(filler);
    await store.check();
    expect(await store.replace(nextVersion(first), sampleEvent())).toBe("replaced");
    for (const order of others) expect(await store.events(order.id)).toEqual([sampleEvent()]);
  });

  it("says so while the disk is read-only, and writes again when it is not", async () => {
    // Written by another process, because a disk with a file open for writing does not become read-only.
    const child = await startStoreChild(path, "check");
    child.go();
    expect(await child.ended).toBe(0);
    mount("-o", "remount,ro", folder);
    await expectUnavailable(store.insert(sampleOrder(), sampleEvent()));
    await expectUnavailable(store.check());
    mount("-o", "remount,rw", folder);
    await eventually(() => store.check().then(() => true));
    const order = sampleOrder();
    await store.insert(order, sampleEvent());
    expect(await store.get(order.id)).toEqual(order);
  });
});

async function insertUntilRefused(store: OrderStore): Promise<Order[]> {
  const acknowledged: Order[] = [];
  for (;;) {
    const order = sampleOrder();
    const refused = await store.insert(order, sampleEvent()).catch((error: unknown) => error);
    if (refused) return acknowledged;
    acknowledged.push(order);
  }
}
