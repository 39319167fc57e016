const entities: Readonly<Record<string, string>> = {
  "&": "&amp;",
  "<": "&lt;",
  ">": "&gt;",
  '"': "&quot;",
  "'": "&#39;",
};

/** Escapes text for HTML content and quoted attributes. */
export function escapeHtml(text: string): string {
  return text.replaceAll(/[&<>"']/g, (character) => entities[character] ?? "");
}

/** Markup that is safe to put into a page; every other cell is escaped. */
export type Html = { readonly html: string };
export type Cell = string | number | Html;

export const code = (text: string): Html => ({ html: `<code>${escapeHtml(text)}</code>` });

/** A sentence in which names stand between backticks. */
export const prose = (text: string): Html => ({ html: escapeHtml(text).replaceAll(/`([^`]+)`/g, "<code>$1</code>") });

export type Page = Readonly<{ title: string; body: string; head?: string }>;

/** A page without scripts or anything from elsewhere, light and dark. */
export function pageOf({ title, body, head = "" }: Page): string {
  return `<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="robots" content="noindex">
<link rel="icon" href="data:,">
<title>${escapeHtml(title)}</title>
<style>${pageStyle}</style>
${head}
</head>
<body>
<main>
${body}
</main>
</body>
</html>
`;
}

/** A page that says one sentence. */
export function messagePage(title: string, sentence: string): string {
  return pageOf({ title, body: `<h1>${escapeHtml(title)}</h1><p>${escapeHtml(sentence)}</p>` });
}

export type Section = Readonly<{ title: string; heads: readonly string[]; rows: readonly (readonly Cell[])[] }>;

export function table({ title, heads, rows }: Section): string {
  if (rows.length === 0) return `<h2>${escapeHtml(title)}</h2><p class="soft">None.</p>`;
  const cell = (value: Cell): string => (typeof value === "object" ? value.html : escapeHtml(String(value)));
  const head = heads.map((each) => `<th scope="col">${escapeHtml(each)}</th>`).join("");
  const lines = rows.map((row) => `<tr>${row.map((value) => `<td>${cell(value)}</td>`).join("")}</tr>`);
  return `<h2>${escapeHtml(title)}</h2><section><table><thead><tr>${head}</tr></thead>
<tbody>${lines.join("\n")}</tbody></table></section>`;
}

const pageStyle = `
:root { color-scheme: light dark; --page: #f5f6f8; --card: #fff; --text: #16181d; --soft: #5b6270; --line: #dfe2e8;
  --accent: #1f6f54; --accent-text: #fff; --note: #eef1f5; --good: #e3f2ea; --odd: #fbf1da; --bad: #fae9e6; }
@media (prefers-color-scheme: dark) {
  :root { --page: #101216; --card: #181b21; --text: #eceef2; --soft: #a2a9b6; --line: #2c313a;
    --accent: #5cc39d; --accent-text: #0c1512; --note: #20252d; --good: #15291f; --odd: #2d2512; --bad: #321c19; }
}
* { box-sizing: border-box; }
body { margin: 0; min-height: 100vh; display: grid; grid-template-columns: minmax(0, 1fr); place-items: start center;
  padding: 1.5rem 1rem; background: var(--page); color: var(--text); overflow-wrap: anywhere;
  font: 16px/1.5 system-ui, -apple-system, "Segoe UI", sans-serif; }
main { width: 100%; max-width: 27rem; }
.card { background: var(--card); border: 1px solid var(--line); border-radius: 1rem; padding: 1.5rem; }
h1 { font-size: 1.1rem; margin: 0; } h2 { font-size: 1rem; margin: 1.5rem 0 .5rem; }
p { margin: .25rem 0; } .card > :last-child { margin-bottom: 0; }
.soft { color: var(--soft); } .small { font-size: .875rem; }
.amount { font-size: 2rem; font-weight: 650; margin: 1rem 0 0; letter-spacing: -.01em; }
dl { display: grid; grid-template-columns: auto 1fr; gap: .25rem 1rem; margin: 1rem 0; font-size: .875rem; }
dt { color: var(--soft); } dd { margin: 0; text-align: right; font: .8rem/1.6 ui-monospace, monospace; }
.state { background: var(--note); border-radius: .6rem; padding: .6rem .8rem; margin: 1rem 0; }
.good { background: var(--good); } .odd { background: var(--odd); } .bad { background: var(--bad); }
button { font: inherit; border-radius: .6rem; border: 1px solid var(--line); background: transparent; color: inherit;
  padding: .55rem .6rem; width: 100%; }
button { cursor: pointer; } button:hover { border-color: var(--accent); }
button:focus-visible, a:focus-visible, summary:focus-visible { outline: 3px solid var(--accent); outline-offset: 2px; }
button.primary { background: var(--accent); border-color: var(--accent); color: var(--accent-text); font-weight: 600;
  padding: .8rem; margin-top: .75rem; }
.grid { display: grid; grid-template-columns: 1fr 1fr; gap: .5rem; margin-top: .5rem; }
.grid button { font-size: .9rem; }
summary { cursor: pointer; } details { margin-top: 1.25rem; border-top: 1px solid var(--line); padding-top: 1rem; }
.bench { border: 1px dashed var(--line); border-radius: 1rem; padding: 1rem 1.5rem; margin: 1rem 0; font-size: .875rem; }
a { color: var(--accent); }
table { border-collapse: collapse; width: 100%; min-width: 38rem; font-size: .875rem; }
th, td { text-align: left; vertical-align: top; padding: .35rem .75rem .35rem 0; border-bottom: 1px solid var(--line); }
th { overflow-wrap: normal; } td:first-child { white-space: nowrap; } section { overflow-x: auto; }
main:has(table) { max-width: 62rem; }
`;
