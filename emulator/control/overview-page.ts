import { checkoutUrl } from "../api/payloads";
import { priceText } from "../checkout/checkout-page";
import { escapeHtml } from "../checkout/escape-html";
import { pageStyle } from "../checkout/page-style";
import { statusOf } from "../protocol/statuses";
import { scenarioCatalogue } from "../scenarios/scenario-names";
import { apiFaultKinds, webhookFaultKinds } from "../state/fault";
import { settingDefinitions, settingNames } from "../state/settings";
import type { ControlContext, ControlRoute } from "./control-route";

const tableStyle = `main { max-width: 62rem; } table { border-collapse: collapse; width: 100%; min-width: 38rem;
font-size: .875rem; } th { overflow-wrap: normal; }
th, td { text-align: left; vertical-align: top; padding: .35rem .75rem .35rem 0; border-bottom: 1px solid var(--line); }
td:first-child { white-space: nowrap; }
section { overflow-x: auto; }`;

/** Markup that is safe to put into a page; everything else is escaped. */
interface Html {
  readonly html: string;
}
type Cell = string | number | Html;

const code = (text: string): Html => ({ html: `<code>${escapeHtml(text)}</code>` });

/** A sentence in which names stand between backticks. */
const prose = (text: string): Html => ({ html: escapeHtml(text).replaceAll(/`([^`]+)`/g, "<code>$1</code>") });

/** The page at /_emulator/: what the account holds now, and everything that can be done to it. */
export function overviewPage(context: ControlContext, routes: readonly ControlRoute[]): string {
  const { state, account } = context;
  return `<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<link rel="icon" href="data:,">
<title>AllScale emulator</title>
<style>${pageStyle}${tableStyle}</style>
</head>
<body>
<main>
<h1>AllScale emulator</h1>
<p class="soft">Account <code>${escapeHtml(account.apiKey)}</code>, API at <code>${escapeHtml(state.publicUrl)}/v1/</code>,
webhooks to <code>${escapeHtml(account.webhookUrl ?? "nowhere")}</code>. All accounts:
${[...state.accounts.keys()].map(accountLink).join(", ")}. Described for machines in
<a href="/_emulator/openapi.json">openapi.json</a>.</p>
${section("Newest intents", ["Intent", "Order", "Amount", "Status"], intentRows(context))}
${section("Newest webhooks", ["Sent", "Kind", "Attempt", "Answer"], deliveryRows(context))}
${section(
  "Faults in force",
  ["Operation", "Kind", "Struck"],
  account.faults.list().map(({ op, kind, struck, times }) => [op, kind, `${struck} of ${times ?? "any number"}`]),
)}
${section(
  "Control API",
  ["Request", "Does", "Fields"],
  routes.map((route) => [code(`${route.method} ${route.path}`), prose(route.summary), fieldNames(route)]),
)}
${section(
  "Scenarios",
  ["Name", "Magic amount", "What happens"],
  Object.entries(scenarioCatalogue).map(([name, { cents, about }]) => [
    code(name),
    `4.${String(cents).slice(1)}, or ${cents} yen`,
    about,
  ]),
)}
<p class="small soft">Also started by <code>scenario:NAME</code> in the order description, or by the control API.</p>
${section(
  "Faults",
  ["Kind", "On", "Does"],
  [
    ...Object.entries(apiFaultKinds).map(([kind, about]) => [
      code(kind),
      "create, detail, status, test, any",
      prose(about),
    ]),
    ...Object.entries(webhookFaultKinds).map(([kind, about]) => [code(kind), "webhook", prose(about)]),
  ],
)}
${section(
  "Settings",
  ["Name", "Now", "Meaning"],
  settingNames.map((name) => [
    code(name),
    code(JSON.stringify(account.settings[name])),
    prose(settingDefinitions[name].about),
  ]),
)}
</main>
</body>
</html>
`;
}

function accountLink(apiKey: string): string {
  return `<a href="/_emulator/?api_key=${encodeURIComponent(apiKey)}">${escapeHtml(apiKey)}</a>`;
}

function fieldNames(route: ControlRoute): string {
  const names = [...Object.keys(route.query ?? {}).map((name) => `?${name}`), ...Object.keys(route.body ?? {})];
  return names.length > 12 ? `${names.slice(0, 3).join(", ")} and every setting` : names.join(", ");
}

function section(title: string, heads: readonly string[], rows: readonly (readonly Cell[])[]): string {
  if (rows.length === 0) return `<h2>${escapeHtml(title)}</h2><p class="soft">None.</p>`;
  const cell = (value: Cell): string => (typeof value === "object" ? value.html : escapeHtml(String(value)));
  const head = heads.map((each) => `<th scope="col">${escapeHtml(each)}</th>`).join("");
  const lines = rows.map((row) => `<tr>${row.map((value) => `<td>${cell(value)}</td>`).join("")}</tr>`);
  return `<h2>${escapeHtml(title)}</h2><section><table><thead><tr>${head}</tr></thead>
<tbody>${lines.join("\n")}</tbody></table></section>`;
}

const shownRows = 20;

function intentRows({ state, account }: ControlContext): Cell[][] {
  return [...account.intents.values()]
    .slice(-shownRows)
    .reverse()
    .map((intent) => {
      account.age(intent);
      const url = escapeHtml(checkoutUrl(account, intent, state.publicUrl));
      return [
        { html: `<a href="${url}">${intent.id}</a>` },
        intent.order.orderId ?? "",
        priceText(intent),
        `${statusOf(intent.status).label} (${intent.status})`,
      ];
    });
}

function deliveryRows({ account }: ControlContext): Cell[][] {
  return account.deliveries
    .list()
    .slice(-shownRows)
    .reverse()
    .map(({ at, kind, attempt, answer, error, state }) => [
      at,
      kind,
      attempt,
      answer === null ? (error ?? state) : `${answer.status} ${answer.body.slice(0, 80)}`,
    ]);
}
