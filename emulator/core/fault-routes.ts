import type { Account } from "./account";
import { ControlError, type Route, route } from "./control-route";
import { apiFaults, deliveryFaults, type FaultKind } from "./faults";
import { choice, duration, integer, record, text } from "./fields";
import { json } from "./http";
import type { Provider } from "./provider";

export function faultKinds<A extends Account>({ apiFaults: added, webhookFaults }: Provider<A>) {
  return { api: { ...apiFaults, ...added }, webhook: { ...deliveryFaults, ...webhookFaults } };
}

export function faultRoutes<A extends Account>(provider: Provider<A>): readonly Route<A>[] {
  const kinds = faultKinds(provider);
  const { groups = {}, faultFields = {} } = provider;
  const operations = [...provider.operations, ...Object.keys(groups), "any", "webhook"];
  const about = Object.entries({ ...kinds.webhook, ...kinds.api }).map(([kind, each]) => `${kind}: ${each.about}`);
  const ownFields = {
    op: choice("The operation it strikes.", operations),
    kind: text(`What it does; \`error\` with http or code, else \`delay\`. ${about.join(" ")}`),
    http: integer("The HTTP status of an error.", { min: 200, max: 599 }),
    code: integer("The code of an error; by default the one that fits the HTTP status."),
    details: record("The details of an error."),
    delay: duration("How long to wait first, whatever the kind."),
    times: integer("How often it strikes; without limit when absent.", { min: 1, max: 1_000_000 }),
  };
  // The fields of the provider are kept as they are, so only our own need their types here.
  const fields = { ...faultFields, ...ownFields } as typeof ownFields;
  return [
    route("GET /_emulator/faults", "The faults of the account, with how often each has struck.", {
      handle: ({ account }) => json(200, { faults: [...account.faults.values()] }),
    }),
    route("POST /_emulator/faults", 'Sets a fault, for instance `{"op":"status","http":429,"times":3}`.', {
      body: fields,
      required: ["op"],
      handle: ({ account }, body) => {
        const { op, http = null, code = null, details = null, delay = 0, times = null } = body;
        const kind = body.kind ?? (http !== null || code !== null ? "error" : "delay");
        if (kind === "delay" && delay === 0) throw new ControlError('A fault needs "kind", "http", "code" or "delay".');
        checkKind(op === "webhook" ? kinds.webhook : kinds.api, op, kind);
        const all: Readonly<Record<string, unknown>> = body;
        const given = Object.fromEntries(Object.keys(faultFields).map((name) => [name, all[name]]));
        const fault = { op, kind, http, code, details, delayMs: delay, times, given };
        return json(201, account.faults.add(fault));
      },
    }),
    route("DELETE /_emulator/faults", "Removes every fault of the account.", {
      handle: ({ account }) => {
        account.faults.clear();
        return json(200, { faults: [] });
      },
    }),
    route("DELETE /_emulator/faults/{id}", "Removes one fault.", {
      handle: ({ account, params }) => {
        if (!account.faults.delete(params.id ?? "")) throw new ControlError("There is no such fault.", 404);
        return json(200, { removed: params.id });
      },
    }),
  ];
}

function checkKind(kinds: Readonly<Record<string, FaultKind>>, op: string, kind: string): void {
  const found = Object.hasOwn(kinds, kind) ? kinds[kind] : undefined;
  if (found === undefined) throw new ControlError(`"kind" on ${op} takes one of ${Object.keys(kinds).join(", ")}.`);
  const { ops = [op, "any"] } = found;
  if (op === "any" || ops.includes(op)) return;
  throw new ControlError(`"${kind}" changes nothing on ${op}, only on ${ops.join(", ")}.`);
}
