import { json, type Reply } from "../http/reply";
import {
  answeredOnlyBy,
  apiFaultKinds,
  type Fault,
  type FaultOperation,
  type FaultSettings,
  faultOperations,
  webhookFaultKinds,
} from "../state/fault";
import { type ControlContext, type ControlRoute, durationField, integerField, stringField } from "./control-route";
import { parseDurationMs } from "./duration";
import { ControlError, optionalInteger, optionalObject, optionalString, requiredString } from "./read-field";

const kindText = Object.entries({ ...webhookFaultKinds, ...apiFaultKinds })
  .map(([kind, about]) => `${kind}: ${about}`)
  .join(" ");

/** Faults per operation. */
export const faultRoutes: readonly ControlRoute[] = [
  {
    method: "GET",
    path: "/_emulator/faults",
    summary: "The faults of the account, with how often each has struck.",
    handle: ({ account }) => json(200, { faults: account.faults.list() }),
  },
  {
    method: "POST",
    path: "/_emulator/faults",
    summary: 'Sets a fault, for instance {"op":"status","http":429,"times":3}.',
    body: {
      op: { type: "string", enum: [...faultOperations, "get"], description: "What it strikes. `get` means detail." },
      kind: stringField(`What it does; \`error\` where http or code is given, else \`delay\`. ${kindText}`),
      http: integerField("The HTTP status of an error."),
      code: integerField("The code of an error; by default the one that fits the HTTP status."),
      details: { type: "object", description: "The details of an error." },
      delay: durationField("How long to wait first, whatever the kind."),
      delayMs: integerField("The same in milliseconds."),
      url: stringField("The checkout URL of evil_url."),
      status: integerField("The status of unknown_status; 99 by default."),
      times: integerField("How often it strikes; for ever when absent."),
      probability: { type: "number", minimum: 0, maximum: 1, description: "How likely it strikes; 1 by default." },
    },
    required: ["op"],
    handle: setFault,
  },
  {
    method: "DELETE",
    path: "/_emulator/faults",
    summary: "Removes every fault of the account.",
    handle: ({ account }) => {
      account.faults.clear();
      return json(200, { faults: [] });
    },
  },
  {
    method: "DELETE",
    path: "/_emulator/faults/{id}",
    summary: "Removes one fault.",
    handle: ({ account, params }) => {
      if (!account.faults.remove(params.id ?? "")) throw new ControlError("There is no such fault.", 404);
      return json(200, { removed: params.id });
    },
  },
];

function setFault({ account, body }: ControlContext): Reply {
  const fault: Fault = account.faults.add(readFault(body));
  return json(201, fault);
}

function readFault(body: Readonly<Record<string, unknown>>): FaultSettings {
  const http = optionalInteger(body, "http") ?? null;
  const code = optionalInteger(body, "code") ?? null;
  const delayMs = readDelay(body);
  if (http !== null && (http < 200 || http > 599)) throw new ControlError('"http" must be from 200 to 599.');
  const { op, kind } = readTarget(body, http !== null || code !== null ? "error" : "delay");
  if (kind === "delay" && delayMs === 0) throw new ControlError('A fault needs "kind", "http", "code" or "delay".');
  const times = optionalInteger(body, "times") ?? null;
  if (times !== null && times < 1) throw new ControlError('"times" must be at least 1.');
  return {
    op,
    kind,
    http,
    code,
    details: optionalObject(body, "details") ?? null,
    delayMs,
    url: optionalString(body, "url") ?? null,
    status: optionalInteger(body, "status") ?? 99,
    times,
    probability: readProbability(body.probability),
  };
}

/** Reads `op` and `kind`, with the two short names that say both. */
function readTarget(body: Readonly<Record<string, unknown>>, byDefault: "error" | "delay") {
  const givenKind = optionalString(body, "kind") ?? byDefault;
  if (givenKind === "create_timeout_after_accept") {
    return { op: "create", kind: "timeout_after_accept" } as const;
  }
  const named = requiredString(body, "op");
  const op = faultOperations.find((each) => each === (named === "get" ? "detail" : named));
  if (op === undefined) throw new ControlError(`"op" must be one of ${faultOperations.join(", ")}.`);
  return { op, kind: readKind(op, givenKind) };
}

function readKind(op: FaultOperation, kind: string): FaultSettings["kind"] {
  const kinds = op === "webhook" ? webhookFaultKinds : apiFaultKinds;
  if (!Object.hasOwn(kinds, kind)) {
    throw new ControlError(`"kind" on ${op} must be one of ${Object.keys(kinds).join(", ")}.`);
  }
  const ops = op === "webhook" ? undefined : answeredOnlyBy[kind];
  if (ops && !ops.includes(op))
    throw new ControlError(`"${kind}" changes nothing on ${op}, only on ${ops.join(", ")}.`);
  return kind as FaultSettings["kind"];
}

function readDelay(body: Readonly<Record<string, unknown>>): number {
  const given = body.delay ?? body.delayMs ?? 0;
  const delayMs = parseDurationMs(given);
  if (delayMs === null) throw new ControlError('"delay" must be milliseconds or a string such as "6s".');
  return delayMs;
}

function readProbability(value: unknown): number {
  if (value === undefined) return 1;
  if (typeof value === "number" && value >= 0 && value <= 1) return value;
  throw new ControlError('"probability" must be a number from 0 to 1.');
}
