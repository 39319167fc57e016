import type { Account } from "./account";
import type { FieldTable, ValueOf } from "./fields";
import type { Host } from "./host";
import type { Reply } from "./http";
import type { Fields } from "./json";

export class ControlError extends Error {
  readonly status: number;

  constructor(message: string, status = 400) {
    super(message);
    this.status = status;
  }
}

export interface ControlContext<A extends Account> {
  readonly host: Host<A>;
  readonly account: A;
  readonly params: Readonly<Record<string, string>>;
  readonly query: URLSearchParams;
}

interface Parts<A extends Account, Table extends FieldTable, Required extends string, Body> {
  readonly query: Readonly<Record<string, string>>;
  readonly body: Table;
  readonly required: readonly Required[];
  readonly answersHtml: boolean;
  handle(context: ControlContext<A>, body: Body): Reply | Promise<Reply>;
}

/** One control route. Matching, validation, the overview and OpenAPI all read this description. */
export interface Route<A extends Account> extends Parts<A, FieldTable, string, Fields> {
  readonly method: "GET" | "POST" | "DELETE";
  readonly path: string;
  readonly summary: string;
}

type BodyOf<Table extends FieldTable, Required extends keyof Table> = {
  readonly [Name in Required]: ValueOf<Table[Name]>;
} & { readonly [Name in Exclude<keyof Table, Required>]?: ValueOf<Table[Name]> };

/** Describes a route such as "POST /_emulator/reset"; its handler gets the body in the types of the table. */
export function route<
  A extends Account,
  const Table extends FieldTable = Record<never, never>,
  const Required extends keyof Table & string = never,
>(
  target: `${Route<A>["method"]} ${string}`,
  summary: string,
  parts: Partial<Parts<A, Table, Required, BodyOf<Table, Required>>> &
    Pick<Parts<A, Table, Required, BodyOf<Table, Required>>, "handle">,
): Route<A> {
  const [method = "GET", path = ""] = target.split(" ");
  const defaults = { query: {}, body: {}, required: [], answersHtml: false };
  // The body is read by the same table, so it has the types that the handler names.
  const given = parts as Parts<A, FieldTable, string, Fields>;
  return { ...defaults, ...given, method: method as Route<A>["method"], path, summary };
}

export function foundOr404<T>(entry: T | undefined, what: string): T {
  if (entry === undefined) throw new ControlError(`This account has no such ${what}.`, 404);
  return entry;
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
