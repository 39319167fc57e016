import type { Finding, ProviderFailure, ProviderResult } from "./provider";

type Diagnosed = {
  readonly label: string;
  readonly baseUrl: string;
  /** What a call that changes nothing was answered. */
  readonly ping: ProviderResult;
  /** What to look at when the credentials are refused. */
  readonly credentials: string;
  /** Codes of refusals that are about our clock. */
  readonly clockCodes?: readonly string[];
  /** What the documents leave open, in sentences: none of it shows in a test call. */
  readonly notKnown: string;
};

export const ok = (id: Finding["id"], sentence: string): Finding => ({ id, state: "ok", sentence });
export const unknown = (id: Finding["id"], sentence: string): Finding => ({ id, state: "unknown", sentence });

export const NOT_CHECKED = "Not checked: the test call did not get through.";
export const SET_CLOCK = "Set the clock, and keep it right with NTP: timedatectl set-ntp true.";

/** What one test call tells of a provider that has no test routes. */
export function findingsOf({ label, baseUrl, ping, credentials, clockCodes = [], notKnown }: Diagnosed): Finding[] {
  const { origin } = new URL(baseUrl);
  const calls = unknown("provider_calls", `Not known: ${notKnown}`);
  const address = ok("provider_address", `${label} answers at ${origin}.`);
  if (ping.ok) {
    const clock =
      clockCodes.length > 0
        ? ok("provider_clock", `${label} accepts the time of our requests.`)
        : unknown("provider_clock", `How far our clock may be off is not documented by ${label}.`);
    return [address, ok("provider_access", `${label} accepts our credentials.`), clock, calls];
  }
  const todos = {
    provider_address: `Compare ${origin} with the address that ${label} gave you, and see whether this server can reach it.`,
    provider_access: credentials,
    provider_clock: SET_CLOCK,
  };
  const id = aboutFailure(ping.failure, clockCodes);
  const failed: Finding = { id, state: "failed", sentence: ping.failure.message, todo: todos[id] };
  const found = [address, unknown("provider_access", NOT_CHECKED), unknown("provider_clock", NOT_CHECKED), calls];
  return found.map((each) => (each.id === id ? failed : each));
}

function aboutFailure({ kind, code }: ProviderFailure, clockCodes: readonly string[]) {
  if (code !== undefined && clockCodes.includes(code)) return "provider_clock";
  const isAccess = kind === "unauthorized" || kind === "forbidden" || kind === "refused" || kind === "rate_limited";
  return isAccess ? "provider_access" : "provider_address";
}
