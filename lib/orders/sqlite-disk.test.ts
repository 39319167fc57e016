import { execFileSync } from "node:child_process";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, describe, expect, it } from "vitest";
import { eventually } from "@/test/eventually";
import { expectUnavailable } from "@/test/expect-unavailable";
import { nextVersion, sampleEvent, sampleOrder } from "@/test/sample-order";
import { openSqliteOrderStore } from "./sqlite-order-store";

/** A real file system of a few hundred kB. Null where the machine does not let us mount one. */
function mountSmallDisk(): string | null {
  const folder = mkdtempSync(join(tmpdir(), "small-disk-"));
  try {
    execFileSync("mount", ["-t", "tmpfs", "-o", "size=512k", "tmpfs", folder], { stdio: "ignore" });
    return folder;
  } catch {
    rmSync(folder, { recursive: true });
    return null;
  }
}

const disk = mountSmallDisk();
if (disk) {
  process.once("exit", () => unmount(disk));
}

function unmount(folder: string): void {
  try {
    // Lazily, because the engine closes its files only when it is collected as garbage.
    execFileSync("umount", ["-l", folder], { stdio: "ignore" });
    rmSync(folder, { recursive: true });
  } catch {
    // It is gone already.
  }
}

describe.skipIf(!disk)("the SQLite store on a small disk (needs the right to mount)", () => {
  const folder = disk ?? "";
  const path = join(folder, "orders.db");
  const filler = join(folder, "filler");
  let store = openSqliteOrderStore({ path });
  afterEach(async () => {
    await store.close();
  });

  it("keeps what it acknowledged while the disk is full, and goes on once there is space", async () => {
    const acknowledged = [];
    writeFileSync(filler, Buffer.alloc(200_000));
    for (;;) {
      const order = sampleOrder();
      const accepted = await store.insert(order, sampleEvent()).then(
        () => true,
        () => false,
      );
      if (!accepted) break;
      acknowledged.push(order);
    }
    expect(acknowledged.length).toBeGreaterThan(5);
    const [first = sampleOrder()] = acknowledged;
    for (let call = 0; call < 10; call++)
      await expectUnavailable(store.insert(sampleOrder(), sampleEvent()), "SQLITE_FULL");
    await expectUnavailable(store.replace(nextVersion(first), sampleEvent()), "SQLITE_FULL");
    await expectUnavailable(store.check(), "SQLITE_FULL");
    for (const order of acknowledged) expect(await store.get(order.id)).toEqual(order);
    rmSync(filler);
    await store.check();
    expect(await store.replace(nextVersion(first), sampleEvent())).toBe("replaced");
    for (const order of acknowledged) expect((await store.events(order.id)).length).toBeGreaterThan(0);
  });

  it("says so while the disk is read-only, and writes again when it is not", async () => {
    store = openSqliteOrderStore({ path });
    const order = sampleOrder();
    await store.insert(order, sampleEvent());
    await store.close();
    await eventually(() => {
      // Files that wait for the garbage collector keep the disk busy.
      globalThis.gc?.();
      execFileSync("mount", ["-o", "remount,ro", folder], { stdio: "ignore" });
      return true;
    });
    store = openSqliteOrderStore({ path });
    await expectUnavailable(store.insert(sampleOrder(), sampleEvent()));
    await expectUnavailable(store.check());
    execFileSync("mount", ["-o", "remount,rw", folder]);
    await store.check();
    expect(await store.get(order.id)).toEqual(order);
  });
});
