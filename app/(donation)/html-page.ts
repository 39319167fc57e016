import { escapeText } from "@/lib/web/markup";

/** A page without any script, which no page of Next is: other sites show it in a frame, whatever their policy. `body` is markup. */
export function htmlPage(page: { language: string; title: string; accent: string; body: string }): string {
  const { language, title, accent, body } = page;
  return `<!doctype html>
<html lang="${escapeText(language)}" data-accent="${escapeText(accent)}">
<meta charset="utf-8">
<meta name="viewport" content="width=device-width">
<meta name="robots" content="noindex">
<title>${escapeText(title)}</title>
<link rel="stylesheet" href="/embed/style.css">
${body}
</html>
`;
}
