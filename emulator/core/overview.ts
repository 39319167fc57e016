import type { Account } from "./account";
import { type ControlContext, type Route, route } from "./control-route";
import { faultKinds } from "./fault-routes";
import type { Fault } from "./faults";
import type { JsonSchema } from "./fields";
import { html, json } from "./http";
import { code, escapeHtml, newest, pageOf, prose, type Section, table } from "./page";

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
<p>Account <code>${escapeHtml(account.apiKey)}</code>, API at <code>${escapeHtml(publicUrl)}</code>, webhooks to
<code>${escapeHtml(account.settings.webhookUrl ?? "nowhere")}</code>. All accounts: ${[...host.accounts.keys()].map(link).join(", ")}.
Described for machines in <a href="/_emulator/openapi.json">openapi.json</a>.</p>`;
  const kinds = faultKinds(provider);
  const faultRows = (on: string, list: typeof kinds.api) =>
    Object.entries(list).map(([kind, { about, ops }]) => [code(kind), ops?.join(", ") ?? on, prose(about)]);
  const now: Readonly<Record<string, unknown>> = { ...account.settings };
  const deliveries = newest(account.deliveries.list()).map(({ at, kind, attempt, answer, error, state }) => {
    return [at, kind, attempt, answer === null ? (error ?? state) : `${answer.status} ${answer.body.slice(0, 80)}`];
  });
  const noted = newest(account.requests.list().filter(({ note }) => note !== null));
  const notes = noted.map(({ at, op, note }) => [at, op, note ?? ""]);
  const struck = ({ op, kind, struck, times }: Fault) => [op, kind, `${struck} of ${times ?? "any"}`];
  const faults = [...account.faults.values()].map(struck);
  const control = routes.map((each) => [code(`${each.method} ${each.path}`), prose(each.summary), fieldNames(each)]);
  const scenarios = Object.entries(provider.scenarios ?? {}).map(([name, { about, startedBy }]) => {
    return [code(name), startedBy, about];
  });
  const settings = Object.entries(provider.settings).map(([name, { about, form }]) => {
    return [code(name), code(JSON.stringify(now[name])), prose(about), form];
  });
  const allFaults = [...faultRows("any operation", kinds.api), ...faultRows("webhook", kinds.webhook)];
  const sections: readonly Section[] = [
    ...provider.sections(account),
    ["Newest webhooks", "Sent, Kind, Attempt, Answer", deliveries],
    ["Notes on accepted requests", "At, Operation, Note", notes],
    ["Faults in force", "Operation, Kind, Struck", faults],
    ["Control API", "Request, Does, Fields", control],
    ["Scenarios", "Name, Started by, What happens", scenarios],
    ["Faults", "Kind, On, Does", allFaults],
    ["Settings", "Name, Now, Meaning, Takes", settings],
  ];
  return pageOf({ title: provider.title, body: [intro, ...sections.map(table)].join("\n") });
}

function fieldNames<A extends Account>({ query, body }: Route<A>): string {
  const names = [...Object.keys(query).map((name) => `?${name}`), ...Object.keys(body)];
  return names.length > 16 ? "every setting" : names.join(", ");
}

const accountHeader = {
  name: "X-API-Key",
  in: "header",
  required: false,
  description: "The account addressed; the first one when absent. `?api_key=` does the same.",
  schema: { type: "string" },
};
const refusal = { type: "object", required: ["error"], properties: { error: { type: "string" } } };
const refused = { description: "The reason in a sentence.", content: { "application/json": { schema: refusal } } };

function openApiDescription<A extends Account>(title: string, routes: readonly Route<A>[]): JsonSchema {
  const paths: Record<string, Record<string, JsonSchema>> = {};
  for (const route of routes) {
    paths[route.path] = { ...paths[route.path], [route.method.toLowerCase()]: operation(route) };
  }
  const description = "Moves payments, sets faults and changes the time. No request is signed.";
  return { openapi: "3.1.0", info: { title: `${title}: control API`, version: "1", description }, paths };
}

function operation<A extends Account>({ summary, path, query, body, required, answersHtml }: Route<A>): JsonSchema {
  const inPath = [...path.matchAll(/\{(\w+)\}/g)].map(([, name]) => {
    return { name, in: "path", required: true, schema: { type: "string" } };
  });
  const inQuery = Object.entries(query).map(([name, description]) => {
    return { name, in: "query", description, schema: { type: "string" } };
  });
  const properties = Object.fromEntries(
    Object.entries(body).map(([name, { schema, about }]) => [name, { ...schema, description: about }]),
  );
  const schema = { type: "object", additionalProperties: false, required, properties };
  const answer = answersHtml ? { "text/html": {} } : { "application/json": { schema: { type: "object" } } };
  return {
    summary,
    parameters: [accountHeader, ...inPath, ...inQuery],
    ...(Object.keys(body).length > 0 && {
      requestBody: { required: required.length > 0, content: { "application/json": { schema } } },
    }),
    responses: { "2XX": { description: "Done.", content: answer }, "4XX": refused },
  };
}
