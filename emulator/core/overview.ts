import type { Account } from "./account";
import { type ControlContext, type Route, route } from "./control-route";
import { faultKinds } from "./fault-routes";
import { html, json } from "./http";
import { openApiDescription } from "./openapi";
import { type Cell, code, escapeHtml, pageOf, prose, table } from "./page";

/** The page and the machine-readable description, both made from the routes. */
export function overviewRoutes<A extends Account>(): readonly Route<A>[] {
  return [
    route("GET /_emulator/", "A page that shows the account and everything that can be done to it.", {
      answersHtml: true,
      handle: (context) => html(200, overviewPage(context)),
    }),
    route("GET /_emulator/openapi.json", "This description.", {
      handle: ({ host }) => json(200, openApiDescription(host.provider.title, host.routes)),
    }),
  ];
}

const shownRows = 20;

function overviewPage<A extends Account>({ host, account }: ControlContext<A>): string {
  const { provider } = host;
  const kinds = faultKinds(provider);
  const deliveries = account.deliveries.list().slice(-shownRows).reverse();
  const notes = account.requests.list().filter(({ note }) => note !== null);
  const faultRows = (on: string, list: typeof kinds.api) =>
    Object.entries(list).map(([kind, { about, ops }]) => [code(kind), ops?.join(", ") ?? on, prose(about)]);
  const body = `<h1>${escapeHtml(provider.title)}</h1>
<p class="soft">Account <code>${escapeHtml(account.apiKey)}</code>, API at <code>${escapeHtml(host.publicUrl)}</code>,
webhooks to <code>${escapeHtml(account.settings.webhookUrl ?? "nowhere")}</code>. All accounts:
${[...host.accounts.keys()].map(accountLink).join(", ")}. Described for machines in
<a href="/_emulator/openapi.json">openapi.json</a>.</p>
${provider
  .sections(account)
  .map(({ title, heads, rows }) => table(title, heads, rows))
  .join("\n")}
${table(
  "Newest webhooks",
  ["Sent", "Kind", "Attempt", "Answer"],
  deliveries.map(({ at, kind, attempt, answer, error, state }) => [
    at,
    kind,
    attempt,
    answer === null ? (error ?? state) : `${answer.status} ${answer.body.slice(0, 80)}`,
  ]),
)}
${table(
  "Notes on accepted requests",
  ["At", "Operation", "Note"],
  notes
    .slice(-shownRows)
    .reverse()
    .map(({ at, op, note }) => [at, op, note ?? ""]),
)}
${table(
  "Faults in force",
  ["Operation", "Kind", "Struck"],
  account.faults.list().map(({ op, kind, struck, times }) => [op, kind, `${struck} of ${times ?? "any number"}`]),
)}
${table(
  "Control API",
  ["Request", "Does", "Fields"],
  host.routes.map((each) => [code(`${each.method} ${each.path}`), prose(each.summary), fieldNames(each)]),
)}
${table(
  "Scenarios",
  ["Name", "Started by", "What happens"],
  Object.entries(provider.scenarios).map(([name, { about, startedBy }]) => [code(name), startedBy, about]),
)}
${table("Faults", ["Kind", "On", "Does"], [...faultRows("any operation", kinds.api), ...faultRows("webhook", kinds.webhook)])}
${table("Settings", ["Name", "Now", "Meaning", "Takes"], settingRows({ host, account }))}`;
  return pageOf({ title: provider.title, body });
}

function settingRows<A extends Account>({ host, account }: Pick<ControlContext<A>, "host" | "account">): Cell[][] {
  const now: Readonly<Record<string, unknown>> = { ...account.settings };
  return Object.entries(host.provider.settings).map(([name, { about, form }]) => [
    code(name),
    code(JSON.stringify(now[name])),
    prose(about),
    form,
  ]);
}

function accountLink(apiKey: string): string {
  return `<a href="/_emulator/?api_key=${encodeURIComponent(apiKey)}">${escapeHtml(apiKey)}</a>`;
}

function fieldNames<A extends Account>({ query, body }: Route<A>): string {
  const names = [...Object.keys(query).map((name) => `?${name}`), ...Object.keys(body)];
  return names.length > 16 ? "every setting" : names.join(", ");
}
