const unitMs: Readonly<Record<string, number>> = { ms: 1, s: 1_000, m: 60_000, h: 3_600_000, d: 86_400_000 };

/** Reads a length of time: whole milliseconds, or a string such as "500ms", "90s", "31m", "2h" or "1d". Else null. */
export function parseDurationMs(value: unknown): number | null {
  if (typeof value === "number") return Number.isSafeInteger(value) && value >= 0 ? value : null;
  const match = typeof value === "string" ? /^(\d{1,12})(ms|s|m|h|d)$/.exec(value) : null;
  if (match === null) return null;
  const total = Number(match[1]) * (unitMs[match[2] ?? ""] ?? 0);
  return Number.isSafeInteger(total) ? total : null;
}
