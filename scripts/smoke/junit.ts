export type Result = {
  readonly id: string;
  readonly title: string;
  readonly state: "ok" | "FAILED" | "skipped";
  readonly detail: string;
  readonly seconds: number;
};

/** The report that CI services read: one suite, one case for each check. */
export function junit(url: string, results: readonly Result[]): string {
  const count = (state: Result["state"]) => results.filter((each) => each.state === state).length;
  const cases = results.map(({ id, title, state, detail, seconds }) => {
    const element = { ok: "system-out", FAILED: "failure", skipped: "skipped" }[state];
    const inside =
      state === "ok" ? `<system-out>${xml(detail)}</system-out>` : `<${element} message="${xml(detail)}"/>`;
    return `  <testcase classname="smoke" name="${xml(`${id}: ${title}`)}" time="${seconds.toFixed(3)}">${inside}</testcase>`;
  });
  const total = results.reduce((sum, { seconds }) => sum + seconds, 0).toFixed(3);
  return [
    '<?xml version="1.0" encoding="UTF-8"?>',
    `<testsuite name="${xml(`smoke ${url}`)}" tests="${results.length}" failures="${count("FAILED")}" skipped="${count("skipped")}" time="${total}">`,
    ...cases,
    "</testsuite>\n",
  ].join("\n");
}

const ENTITIES: Readonly<Record<string, string>> = { "&": "&amp;", "<": "&lt;", ">": "&gt;", '"': "&quot;" };

/** Also without what XML cannot hold at all. */
const xml = (text: string) =>
  text.replace(/(?![\t\n\r])[\p{Cc}\p{Cs}\ufffe\uffff]/gu, "").replace(/[&<>"]/g, (sign) => ENTITIES[sign] ?? "");
