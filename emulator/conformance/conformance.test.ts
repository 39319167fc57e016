import { afterAll, describe, expect, it } from "vitest";
import { settingNames } from "../state/settings";
import { allCases } from "./all-cases";
import { newCoverage, openLab } from "./lab";

const coverage = newCoverage();

describe("conformance with the protocol file", () => {
  const lab = openLab(coverage);
  afterAll(() => lab.close());

  it.each(allCases.map((each) => [each.section, each.name, each] as const))("%s: %s", async (_section, _name, each) => {
    await each.run(lab);
  });

  it("met every route, code, reason and switch", () => {
    expect([...coverage.operations].sort()).toEqual(["create", "detail", "fail", "ping", "post", "status"]);
    expect([...coverage.codes].sort()).toEqual([0, 10001, 20001, 20002, 30001, 40001, 50001, 50002, 90000, 99999]);
    for (const reason of [
      "missing_headers",
      "invalid_key",
      "timestamp_out_of_window",
      "signature_mismatch",
      "replay_nonce",
      "ip_not_allowed",
    ]) {
      expect(coverage.reasons).toContain(reason);
    }
    const alsoSwitched = new Set(["retryAfterUnit", "retryAfterPlace"]);
    expect(settingNames.filter((name) => !coverage.settings.has(name) && !alsoSwitched.has(name))).toEqual([]);
  });
});
