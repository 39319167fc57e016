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

export type JsonSchema = Readonly<Record<string, unknown>>;

export interface ControlRoute {
  readonly method: "GET" | "POST" | "DELETE";
  /** A path whose parts in braces are parameters, as OpenAPI writes them. */
  readonly path: string;
  readonly summary: string;
  readonly query?: Readonly<Record<string, JsonSchema>>;
  /** The fields of the body. Any other is refused: a misspelt switch that is silently ignored costs an afternoon. */
  readonly body?: Readonly<Record<string, JsonSchema>>;
  readonly required?: readonly string[];
  /** A page instead of JSON. */
  readonly answersHtml?: true;
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

const about = (type: string | readonly string[], description: string): JsonSchema => ({ type, description });
export const stringField = (description: string): JsonSchema => about("string", description);
export const integerField = (description: string): JsonSchema => about("integer", description);
export const booleanField = (description: string): JsonSchema => about("boolean", description);
export const durationField = (description: string): JsonSchema =>
  about(["integer", "string"], `${description} Milliseconds, or a string such as "90s", "31m", "2h".`);
