import "server-only";
import { escapeText } from "@/lib/web/markup";
import { siteConfig } from "@/site.config";

/**
 * The pages that answer a form: the sign-in, and what went wrong. Next can render a page for a GET only, with a status
 * of its own choice, so these few are written as text. Their style is `public/sign-in.css`.
 */
export type Notice = {
  readonly status: number;
  readonly title: string;
  /** One or two sentences. */
  readonly text: string;
  readonly link?: { readonly href: string; readonly label: string };
};

const TO_THE_LIST = { href: "/admin", label: "Back to your payments" };

export function noticePage({ status, title, text, link: { href, label } = TO_THE_LIST }: Notice): Response {
  const body = `<h1>${escapeText(title)}</h1><p>${escapeText(text)}</p><p><a href="${escapeText(href)}">${escapeText(label)}</a></p>`;
  return htmlPage(status, { title, body });
}

type SignInPage = {
  readonly status: number;
  /** What is wrong; null for the plain page. */
  readonly problem: string | null;
  /** Where to go afterwards: an order's id, "setup", or null for the list. */
  readonly goal: string | null;
  /** The browser came from another site, for which it kept the cookie back. */
  readonly fromElsewhere?: boolean;
};

export function pageOf(goal: string | null): string {
  if (goal === null) return "/admin";
  return goal === "setup" ? "/setup" : `/admin/orders/${goal}`;
}

export function signInPage({ status, problem, goal, fromElsewhere = false }: SignInPage): Response {
  const title = `Sign in · ${siteConfig.name}`;
  const body = `<h1>Your payments</h1>
${fromElsewhere ? `<p>Signed in already? <a href="${escapeText(pageOf(goal))}">Go on</a></p>` : ""}
<form method="post" action="/admin/sign-in">
<label for="secret">Secret</label>
<input id="secret" name="secret" type="password" autocomplete="current-password" required autofocus${
    problem === null ? "" : ' aria-invalid="true" aria-describedby="problem"'
  }>
${problem === null ? "" : `<p id="problem" role="alert">${escapeText(problem)}</p>`}
${goal === null ? "" : `<input type="hidden" name="order" value="${escapeText(goal)}">`}
<button>Sign in</button>
</form>
<p class="small">It is the value of <code>ADMIN_SECRET</code> in the settings of this deployment.</p>`;
  return htmlPage(status, { title, body });
}

function htmlPage(status: number, { title, body }: { title: string; body: string }): Response {
  const html = `<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="color-scheme" content="light dark">
<title>${escapeText(title)}</title>
<link rel="icon" href="/icon.svg">
<link rel="stylesheet" href="/sign-in.css">
</head>
<body>
<main>
${body}
</main>
</body>
</html>
`;
  return new Response(html, { status, headers: { "Content-Type": "text/html; charset=utf-8" } });
}
