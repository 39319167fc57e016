import type { Account } from "./account";
import type { FieldTable, ValueOf } from "./fields";
import type { Host } from "./host";
import type { Reply } from "./http";

/** A control request that cannot be carried out, with the sentence that says why. */
export class ControlError extends Error {
  readonly status: number;

  constructor(message: string, status = 400) {
    super(message);
    this.status = status;
  }
}

export interface ControlContext<A extends Account> {
  readonly host: Host<A>;
  /** The account that the request addresses. */
  readonly account: A;
  readonly params: Readonly<Record<string, string>>;
  readonly query: URLSearchParams;
}

/** One control route. Matching, validation, the overview and OpenAPI all read this description. */
export interface Route<A extends Account> {
  readonly method: "GET" | "POST" | "DELETE";
  /** Parts in braces are parameters, as OpenAPI writes them. */
  readonly path: string;
  readonly summary: string;
  readonly query: Readonly<Record<string, string>>;
  readonly body: FieldTable;
  readonly required: readonly string[];
  readonly answersHtml: boolean;
  handle(context: ControlContext<A>, body: Readonly<Record<string, unknown>>): Reply | Promise<Reply>;
}

type BodyOf<Table extends FieldTable, Required extends keyof Table> = {
  readonly [Name in Required]: ValueOf<Table[Name]>;
} & { readonly [Name in Exclude<keyof Table, Required>]?: ValueOf<Table[Name]> };

interface RouteParts<A extends Account, Table extends FieldTable, Required extends keyof Table & string> {
  readonly query?: Readonly<Record<string, string>>;
  readonly body?: Table;
  readonly required?: readonly Required[];
  readonly answersHtml?: true;
  handle(context: ControlContext<A>, body: BodyOf<Table, Required>): Reply | Promise<Reply>;
}

/** Describes a route such as "POST /_emulator/reset"; its handler gets the body in the types of the table. */
export function route<
  A extends Account,
  const Table extends FieldTable = Record<never, never>,
  const Required extends keyof Table & string = never,
>(target: `${Route<A>["method"]} ${string}`, summary: string, parts: RouteParts<A, Table, Required>): Route<A> {
  const { query = {}, body = {}, required = [], answersHtml = false } = parts;
  const [method = "GET", path = ""] = target.split(" ");
  return {
    method: method as Route<A>["method"],
    path,
    summary,
    query,
    body,
    required,
    answersHtml,
    // The body was read by the same table, which is what its type says.
    handle: (context, given) => parts.handle(context, given as BodyOf<Table, Required>),
  };
}

export function matchParams(pattern: string, path: string): Readonly<Record<string, string>> | null {
  const wanted = pattern.split("/");
  const given = path.split("/");
  if (wanted.length !== given.length) return null;
  const params: Record<string, string> = {};
  for (const [index, part] of wanted.entries()) {
    const value = given[index] ?? "";
    if (part.startsWith("{")) params[part.slice(1, -1)] = value;
    else if (part !== value) return null;
  }
  return params;
}
