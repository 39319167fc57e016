import { describe, expect, it } from "vitest";
import { type CheckName, checkNames } from "../check-names";
import { allCases } from "./all-cases";
import type { ConformanceCase } from "./conformance-case";
import { newCoverage, openLab } from "./lab";

/** A case that waits for a webhook which a mutant never sends is caught by this; the whole emulator has all its time. */
const patienceMs = 2_000;

async function fails(each: ConformanceCase, switchedOff: CheckName | null): Promise<boolean> {
  const lab = openLab(newCoverage(), (check) => check !== switchedOff);
  let timer: NodeJS.Timeout | undefined;
  const impatience = new Promise<never>((_resolve, reject) => {
    if (switchedOff !== null) timer = setTimeout(() => reject(new Error("The case took too long.")), patienceMs);
  });
  try {
    await Promise.race([each.run(lab), impatience]);
    return false;
  } catch {
    return true;
  } finally {
    clearTimeout(timer);
    await lab.close();
  }
}

async function firstToFail(switchedOff: CheckName | null): Promise<string | null> {
  for (const each of allCases) if (await fails(each, switchedOff)) return each.name;
  return null;
}

describe("the suite notices when a single check inside the emulator is switched off", () => {
  it("and finds nothing while all of them are on", { timeout: 60_000 }, async () => {
    expect(await firstToFail(null)).toBeNull();
  });

  it.each(checkNames)("%s", async (switchedOff) => {
    expect(await firstToFail(switchedOff)).not.toBeNull();
  });
});
