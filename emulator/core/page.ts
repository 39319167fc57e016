const entities: Readonly<Record<string, string>> = { "&": "amp", "<": "lt", ">": "gt", '"': "quot", "'": "#39" };

export function escapeHtml(text: string): string {
  return text.replaceAll(/[&<>"']/g, (character) => `&${entities[character]};`);
}

export type Html = { readonly html: string };
type Cell = string | number | Html;

export const code = (text: string): Html => ({ html: `<code>${escapeHtml(text)}</code>` });

export const prose = (text: string): Html => ({ html: escapeHtml(text).replaceAll(/`([^`]+)`/g, "<code>$1</code>") });

export function pageOf({ title, body, head = "" }: Readonly<{ title: string; body: string; head?: string }>): string {
  return `<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="robots" content="noindex">
<link rel="icon" href="data:,">
<title>${escapeHtml(title)}</title>
<style>${pageStyle}</style>${head}
</head>
<body><main>
${body}
</main></body>
</html>
`;
}

export function messagePage(title: string, sentence: string): string {
  return pageOf({ title, body: `<h1>${escapeHtml(title)}</h1><p>${escapeHtml(sentence)}</p>` });
}

/** The heads are separated by commas. */
export type Section = readonly [title: string, heads: string, rows: readonly (readonly Cell[])[]];

/** The last entries, newest first. */
export function newest<T>(entries: Iterable<T>, count = 20): T[] {
  return [...entries].slice(-count).reverse();
}

export function table([title, heads, rows]: Section): string {
  if (rows.length === 0) return `<h2>${escapeHtml(title)}</h2><p>None.</p>`;
  const cell = (value: Cell): string => (typeof value === "object" ? value.html : escapeHtml(String(value)));
  const head = heads
    .split(", ")
    .map((each) => `<th scope="col">${escapeHtml(each)}</th>`)
    .join("");
  const lines = rows.map((row) => `<tr>${row.map((value) => `<td>${cell(value)}</td>`).join("")}</tr>`);
  return `<h2>${escapeHtml(title)}</h2><section><table><thead><tr>${head}</tr></thead>
<tbody>${lines.join("\n")}</tbody></table></section>`;
}

const pageStyle = `
:root { color-scheme: light dark; }
body { margin: 0; padding: 1.5rem 1rem; overflow-wrap: anywhere; font: 16px/1.5 system-ui, sans-serif; }
main { max-width: 27rem; margin: auto; } main:has(table) { max-width: 62rem; }
h1 { font-size: 1.1rem; } h2 { font-size: 1rem; } .amount { font-size: 2rem; font-weight: 650; margin: 0; }
button { font: inherit; width: 100%; padding: .5rem; cursor: pointer; }
button.primary { grid-column: 1 / -1; padding: .8rem; border: 0; border-radius: .5rem; background: #1f6f54; color: #fff; }
.grid { display: grid; grid-template-columns: 1fr 1fr; gap: .5rem; margin-top: .5rem; }
section { overflow-x: auto; } table { width: 100%; min-width: 38rem; border-collapse: collapse; font-size: .875rem; }
th, td { text-align: left; vertical-align: top; padding: .35rem .75rem .35rem 0; border-bottom: 1px solid #8888; }
td:first-child { white-space: nowrap; }
`;
