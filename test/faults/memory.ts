import { readFileSync } from "node:fs";
import type { Report } from "./report";

/** What a process holds in memory, in megabytes; null where the system does not tell it this way. */
export function residentMegabytes(pid: number): number | null {
  try {
    const status = readFileSync(`/proc/${pid}/status`, "utf8");
    return Math.round(Number(/VmRSS:\s+(\d+)/.exec(status)?.[1]) / 1_024);
  } catch {
    return null;
  }
}

/**
 * Whether memory stayed flat: the first two tenths warm up, after them it may breathe, but must not grow with the
 * number of requests.
 */
export function checkMemory(report: Report, name: string, samples: readonly (number | null)[]): void {
  const known = samples.filter((sample) => sample !== null);
  if (known.length < 10) {
    report.skip(`${name}: memory`, "it cannot be read here");
    return;
  }
  const tenths = Array.from({ length: 10 }, (_, i) => known[Math.ceil(((i + 1) * known.length) / 10) - 1] ?? 0);
  report.figure(`${name}: resident memory in MB after each tenth: ${tenths.join(" ")}`);
  const warm = tenths[1] ?? 0;
  report.check(`${name}: memory is flat`, (tenths.at(-1) ?? 0) <= warm * 1.5 + 64, tenths);
}
