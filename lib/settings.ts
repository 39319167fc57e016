import "server-only";

/** A setting that is missing or wrong, by name. The text never contains a secret. */
export type SettingProblem = { readonly name: string; readonly problem: string };

export type Environment = Readonly<Record<string, string | undefined>>;

/** What templates, dashboards and tutorials leave behind where a value belongs. */
export const PLACEHOLDER = new RegExp(
  [
    /<.*>|\[.*\]|\$?\{.*\}|…|(st_|sk_test_)?(x*|[x.*]{3,}|…)/,
    /(st_)?(your|insert|replace|change-?_?me|todo|placeholder).*/,
    /(st_)?(my|enter|paste|fill|example|dummy)([-_ ][-_ a-z]*)?/,
    /none|null|undefined|tbd|[a-z]+_(api|redis|rest)_[a-z_]*(key|secret|token|url)/,
  ]
    .map(({ source }) => `^(${source})$`)
    .join("|"),
  "i",
);

/** Reads single settings and collects what is wrong with them. */
export class SettingReader {
  readonly problems: SettingProblem[] = [];
  readonly warnings: SettingProblem[] = [];

  constructor(private readonly env: Environment) {}

  /** Undefined for unset and empty. Trimmed, with a warning, because pasted secrets often end in a newline. */
  get(name: string): string | undefined {
    const raw = this.env[name];
    const value = raw?.trim();
    if (raw !== value && value !== "" && !this.warnings.some((warning) => warning.name === name)) {
      this.warn(name, "has spaces or line breaks around it, which are ignored");
    }
    return value === "" ? undefined : value;
  }

  isSet(name: string): boolean {
    return this.get(name) !== undefined;
  }

  refuse(name: string, problem: string): null {
    this.problems.push({ name, problem });
    return null;
  }

  warn(name: string, problem: string): null {
    this.warnings.push({ name, problem });
    return null;
  }
}

/** A secret that must be set. */
export function readSecret(reader: SettingReader, name: string): string | null {
  const value = reader.get(name);
  if (value === undefined) return reader.refuse(name, "is not set");
  if (PLACEHOLDER.test(value)) return reader.refuse(name, "is still a placeholder");
  if (/^(["'`]).*\1$/.test(value)) return reader.refuse(name, "has quotation marks around it");
  if (/\s/.test(value)) return reader.refuse(name, "has a space or line break inside");
  return value;
}

/** An absolute http(s) URL; plain http only where it cannot leave the machine, or with a warning. */
export function readUrl(
  reader: SettingReader,
  { name, fallback, plainHttp = "refused" }: { name: string; fallback?: string; plainHttp?: "refused" | "warned" },
): URL | null {
  const value = reader.get(name) ?? fallback;
  if (value === undefined) return reader.refuse(name, "is not set");
  if (!URL.canParse(value)) return reader.refuse(name, "is not an absolute URL");
  const url = new URL(value);
  if (url.protocol !== "https:" && url.protocol !== "http:") return reader.refuse(name, "must start with https://");
  if (url.protocol === "http:" && !isLoopback(url.hostname)) {
    if (plainHttp === "refused") return reader.refuse(name, "must start with https://");
    reader.warn(name, "is not https, so others on the way can read and change what is sent");
  }
  if (url.username !== "" || url.password !== "") {
    return reader.refuse(name, "must not contain a user name or password");
  }
  if (url.search !== "" || url.hash !== "") return reader.refuse(name, "must not have a query or fragment");
  return url;
}

/** False where it is not set, null where it is wrong. */
export function readFlag(reader: SettingReader, name: string): boolean | null {
  const value = reader.get(name) ?? "false";
  if (/^(true|false)$/i.test(value)) return value.toLowerCase() === "true";
  return reader.refuse(name, `must be true or false, not ${quoted(value)}`);
}

/** What came, unless it could be a credential in the wrong place. */
export function quoted(value: string): string {
  const isHarmless = /^[\w, -]{1,16}$/.test(value) && !value.startsWith("st_");
  return isHarmless ? `"${value}"` : `a text of ${value.length} characters`;
}

/** Hosts that never leave this machine. URL parsing has already turned every spelling of 127.0.0.1 into that one. */
export function isLoopback(hostname: string): boolean {
  return hostname === "localhost" || hostname === "[::1]" || /^127(\.\d{1,3}){3}$/.test(hostname);
}

/** Where a provider sends its webhooks. */
export const webhookUrlOf = (publicUrl: string, providerName: string) => `${publicUrl}/api/webhooks/${providerName}`;

export const trimSlash = (url: string) => url.replace(/\/+$/, "");
