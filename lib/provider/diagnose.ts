import type { Finding, ProviderFailure, ProviderResult } from "./provider";

export type Diagnosed = {
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

/** What one test call tells of a provider that has no test routes. */
export function findingsOf({ label, baseUrl, ping, credentials, clockCodes = [], notKnown }: Diagnosed): Finding[] {
  const about = ping.ok ? null : aboutFailure(ping.failure, clockCodes);
  const bad = (id: Finding["id"], todo: string): Finding[] => {
    const sentence = ping.ok ? "" : ping.failure.message;
    return id === about ? [{ id, state: "failed", sentence, todo }] : [];
  };
  const notChecked = (id: Finding["id"]): Finding => ({
    id,
    state: "unknown",
    sentence: "Not checked: the test call did not get through.",
  });
  const origin = new URL(baseUrl).origin;
  const [address = { id: "provider_address", state: "ok", sentence: `${label} answers at ${origin}.` } as const] = bad(
    "provider_address",
    `Compare ${origin} with the address that ${label} gave you, and see whether this server can reach it.`,
  );
  const accepted = { id: "provider_access", state: "ok", sentence: `${label} accepts our credentials.` } as const;
  const [access = ping.ok ? accepted : notChecked("provider_access")] = bad("provider_access", credentials);
  const within = { id: "provider_clock", state: "ok", sentence: `${label} accepts the time of our requests.` } as const;
  const [clock = ping.ok && clockCodes.length > 0 ? within : clockNotKnown(label, ping.ok)] = bad(
    "provider_clock",
    "Set the clock, and keep it right with NTP: timedatectl set-ntp true.",
  );
  return [address, access, clock, { id: "provider_calls", state: "unknown", sentence: `Not known: ${notKnown}` }];
}

const clockNotKnown = (label: string, isAnswered: boolean): Finding => ({
  id: "provider_clock",
  state: "unknown",
  sentence: isAnswered
    ? `How far our clock may be off is not documented by ${label}.`
    : "Not checked: the test call did not get through.",
});

function aboutFailure({ kind, code }: ProviderFailure, clockCodes: readonly string[]): Finding["id"] {
  if (code !== undefined && clockCodes.includes(code)) return "provider_clock";
  const isAccess = kind === "unauthorized" || kind === "forbidden" || kind === "refused" || kind === "rate_limited";
  return isAccess ? "provider_access" : "provider_address";
}
