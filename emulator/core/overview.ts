import type { Account } from "./account";
import { type ControlContext, type Route, route } from "./control-route";
import { faultKinds } from "./fault-routes";
import { html, json } from "./http";
import { openApiDescription } from "./openapi";
import { code, escapeHtml, pageOf, prose, type Section, table } from "./page";

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

function overviewPage<A extends Account>({ host, account }: ControlContext<A>): string {
  const { provider, routes, publicUrl } = host;
  const link = (apiKey: string): string =>
    `<a href="/_emulator/?api_key=${encodeURIComponent(apiKey)}">${escapeHtml(apiKey)}</a>`;
  const intro = `<h1>${escapeHtml(provider.title)}</h1>
<p class="soft">Account <code>${escapeHtml(account.apiKey)}</code>, API at <code>${escapeHtml(publicUrl)}</code>, webhooks to
<code>${escapeHtml(account.settings.webhookUrl ?? "nowhere")}</code>. All accounts: ${[...host.accounts.keys()].map(link).join(", ")}.
Described for machines in <a href="/_emulator/openapi.json">openapi.json</a>.</p>`;
  const kinds = faultKinds(provider);
  const faultRows = (on: string, list: typeof kinds.api) =>
    Object.entries(list).map(([kind, { about, ops }]) => [code(kind), ops?.join(", ") ?? on, prose(about)]);
  const newest = <T>(entries: readonly T[]): T[] => entries.slice(-20).reverse();
  const now: Readonly<Record<string, unknown>> = { ...account.settings };
  const deliveries = newest(account.deliveries.list()).map(({ at, kind, attempt, answer, error, state }) => {
    return [at, kind, attempt, answer === null ? (error ?? state) : `${answer.status} ${answer.body.slice(0, 80)}`];
  });
  const notes = newest(account.requests.list().filter(({ note }) => note !== null));
  const faults = account.faults
    .list()
    .map(({ op, kind, struck, times }) => [op, kind, `${struck} of ${times ?? "any"}`]);
  const control = routes.map((each) => [code(`${each.method} ${each.path}`), prose(each.summary), fieldNames(each)]);
  const scenarios = Object.entries(provider.scenarios);
  const settings = Object.entries(provider.settings).map(([name, { about, form }]) => {
    return [code(name), code(JSON.stringify(now[name])), prose(about), form];
  });
  const sections: readonly Section[] = [
    ...provider.sections(account),
    { title: "Newest webhooks", heads: ["Sent", "Kind", "Attempt", "Answer"], rows: deliveries },
    {
      title: "Notes on accepted requests",
      heads: ["At", "Operation", "Note"],
      rows: notes.map(({ at, op, note }) => [at, op, note ?? ""]),
    },
    { title: "Faults in force", heads: ["Operation", "Kind", "Struck"], rows: faults },
    { title: "Control API", heads: ["Request", "Does", "Fields"], rows: control },
    {
      title: "Scenarios",
      heads: ["Name", "Started by", "What happens"],
      rows: scenarios.map(([name, { about, startedBy }]) => [code(name), startedBy, about]),
    },
    {
      title: "Faults",
      heads: ["Kind", "On", "Does"],
      rows: [...faultRows("any operation", kinds.api), ...faultRows("webhook", kinds.webhook)],
    },
    { title: "Settings", heads: ["Name", "Now", "Meaning", "Takes"], rows: settings },
  ];
  return pageOf({ title: provider.title, body: [intro, ...sections.map(table)].join("\n") });
}

function fieldNames<A extends Account>({ query, body }: Route<A>): string {
  const names = [...Object.keys(query).map((name) => `?${name}`), ...Object.keys(body)];
  return names.length > 16 ? "every setting" : names.join(", ");
}
