import { describe, expect, it } from "vitest";
import { redact } from "./log";

describe("a log line", () => {
  it("shows no secret, however it got there", () => {
    const secret = 'st_"quoted"\\secret';
    const line = JSON.stringify({
      event: "x",
      text: `before ${secret} after`,
      err: { stack: `Error: ${secret}\n at y` },
    });
    const clean = redact(`${line}${secret}`, [secret, "other"]);
    expect(clean).not.toContain("quoted");
    expect(clean.match(/\[redacted\]/g)).toHaveLength(3);
    expect(() => JSON.parse(clean.slice(0, -"[redacted]".length))).not.toThrow();
  });

  it("is otherwise left alone", () => {
    expect(redact('{"event":"x"}\n', ["secret"])).toBe('{"event":"x"}\n');
    expect(redact('{"event":"x"}\n', [])).toBe('{"event":"x"}\n');
  });
});
