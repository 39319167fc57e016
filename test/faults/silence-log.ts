import { log } from "@/lib/log";

/** For flows that run in a process of the tests, whose lines would hide the report. */
export function silenceLog(): void {
  for (const level of ["info", "warn", "error"] as const) log[level] = () => {};
}
