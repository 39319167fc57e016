import { once } from "node:events";
import { text } from "node:stream/consumers";
import { describe, expect, it } from "vitest";
import { startLogChild } from "@/test/start-log-child";
import { escapeControls, redact } from "./log";

type Line = Readonly<Record<string, unknown>>;

/** Everything that the process wrote, on both of its outputs. */
async function linesOf(what: string): Promise<{ lines: Line[]; raw: string }> {
  const { stdout, stderr } = startLogChild(what);
  const [out, err] = await Promise.all([text(stdout), text(stderr)]);
  const raw = out + err;
  return {
    raw,
    lines: raw
      .trimEnd()
      .split("\n")
      .map((line) => JSON.parse(line) as Line),
  };
}

describe("the log of a process", () => {
  it("is one JSON object a line, free of controls and secrets, whatever is logged or printed", async () => {
    const { lines, raw } = await linesOf("hostile");
    expect(lines.map(({ event }) => event)).toEqual(["event", "failed", "printed", "printed", "printed", "printed"]);
    expect(raw.replaceAll("\n", "")).not.toMatch(/[\p{Cc}\p{Cs}\u2028-\u202e\u2066-\u2069]/u);
    expect(raw).not.toContain("canary");
    expect(lines[0]?.text).toContain('x\n{"level":"info","event":"forged"}\r\n');
    expect(lines[3]).toMatchObject({ level: "warn", text: expect.stringContaining("test/log-child.ts") });
  });

  it("has the fields of its context in each line, also of what goes on later, and of no other", async () => {
    const { lines } = await linesOf("context");
    expect(lines).toHaveLength(7);
    for (const requestId of ["a", "b"]) {
      const own = lines.filter((line) => line.requestId === requestId);
      expect(own.map(({ event, orderId }) => [event, orderId])).toEqual([
        ["outer", undefined],
        ["inner", `of ${requestId}`],
        ["later", undefined],
      ]);
    }
    expect(lines.find(({ event }) => event === "outside")).not.toHaveProperty("requestId");
  });

  it.each([
    ["exit", 5_000],
    ["kill", 100],
  ])("is there in full and in order, however the process ends: %s", async (what, count) => {
    const { lines } = await linesOf(what);
    expect(lines.map(({ line }) => line)).toEqual(Array.from({ length: count }, (_, line) => line));
  });

  it("neither stops the app nor fills its memory when what reads it has stopped", async () => {
    const { child, stdout } = startLogChild("stalled");
    stdout.pause();
    const [{ ms, megabytes }] = (await once(child, "message")) as [{ ms: number; megabytes: number }];
    child.kill("SIGKILL");
    expect(ms).toBeLessThan(15_000);
    expect(megabytes).toBeLessThan(300);
  });
});

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

  it("means the same with its controls escaped", () => {
    const fields = { text: "\u007f\u0085\u009b31m\u2028\u202e\u2066é日😀" };
    const line = escapeControls(JSON.stringify(fields));
    expect(line).not.toMatch(/[\p{Cc}\u2028-\u202e\u2066-\u2069]/u);
    expect(JSON.parse(line)).toEqual(fields);
  });
});
