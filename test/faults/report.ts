import { writeFileSync } from "node:fs";
import type { Audit } from "./ledger";

/** Collects what the cases found. A check that failed is printed at once, because a later hang must not hide it. */
export class Report {
  readonly #rows: { fault: string; audit: Audit }[] = [];
  readonly #figures: string[] = [];
  readonly #started = performance.now();
  #passed = 0;
  #failed = 0;
  #skipped = 0;

  /** One claim about the app. `detail` says what was seen instead. */
  check(claim: string, holds: boolean, detail: unknown = ""): void {
    if (holds) {
      this.#passed += 1;
      return;
    }
    this.#failed += 1;
    console.log(`  FAILED ${claim}: ${typeof detail === "string" ? detail : JSON.stringify(detail)}`);
  }

  /** A line of the table; losing or inventing money fails it. */
  row(fault: string, audit: Audit): void {
    this.#rows.push({ fault, audit });
    const { lost, wronglySettled, complaints } = audit;
    const ok = lost === 0 && wronglySettled === 0 && complaints.length === 0;
    this.check(`${fault}: nothing lost, nothing wrongly settled`, ok, { lost, wronglySettled, complaints });
  }

  figure(text: string): void {
    this.#figures.push(text);
  }

  skip(what: string, why: string): void {
    this.#skipped += 1;
    this.#figures.push(`SKIPPED ${what}: ${why}`);
  }

  progress(text: string): void {
    console.log(`[${((performance.now() - this.#started) / 1000).toFixed(0).padStart(4)} s] ${text}`);
  }

  /** Prints everything and answers the exit code. */
  close(): number {
    const names = ["fault", "deliveries", "acknowledged", "settled", "lost", "wrongly settled"];
    const width = Math.max(40, ...this.#rows.map(({ fault }) => fault.length));
    const line = (cells: readonly (string | number)[]) =>
      console.log(cells.map((cell, i) => (i === 0 ? `${cell}`.padEnd(width) : `${cell}`.padStart(16))).join(""));
    console.log("");
    line(names);
    for (const { fault, audit } of this.#rows) {
      line([fault, audit.deliveries, audit.acknowledged, audit.settled, audit.lost, audit.wronglySettled]);
    }
    console.log("");
    for (const figure of this.#figures) console.log(figure);
    if (this.#skipped > 0) console.log(`${this.#skipped} SKIPPED`);
    const count = { passed: this.#passed, failed: this.#failed };
    const file = process.env.FAULTS_REPORT;
    if (file) writeFileSync(file, JSON.stringify(count));
    console.log(`${count.passed} passed, ${count.failed} failed`);
    return count.failed === 0 ? 0 : 1;
  }
}
