import type { RawRequest } from "../http/raw-request";
import type { Reply } from "../http/reply";
import type { Account } from "../state/account";
import type { EmulatorState } from "../state/emulator-state";

/** What a control route gets: the account that the request addresses, and its body as an object. */
export interface ControlContext {
  readonly state: EmulatorState;
  readonly account: Account;
  readonly request: RawRequest;
  readonly params: Readonly<Record<string, string>>;
  readonly query: URLSearchParams;
  readonly body: Readonly<Record<string, unknown>>;
}

export interface ControlRoute {
  readonly method: "GET" | "POST" | "DELETE";
  /** A path whose parts in braces are parameters, as OpenAPI writes them. */
  readonly path: string;
  handle(context: ControlContext): Reply | Promise<Reply>;
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
