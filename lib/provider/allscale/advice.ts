import { SET_CLOCK } from "../diagnose";
import type { Finding, ProviderFailure } from "../provider";

type Advice = Pick<Finding, "id" | "sentence" | "todo">;

/** The likeliest cause first. */
const BAD_SIGNATURE = [
  "Copy key and secret again, both of the same store: the secret of another store is the usual cause",
  "If the secret was renewed, use the new one here; the dashboard shows it only once",
  "Check that the secret is whole: it starts with st_ and has no quotation marks",
  "If neither helps, a proxy between this app and AllScale changes the path, the body or the Content-Type",
];
const steps = (list: readonly string[]) => list.map((step, index) => `(${index + 1}) ${step}.`).join(" ");

const access = (sentence: string, todo: string): Advice => ({ id: "provider_access", sentence, todo });

/** What the reasons of 20002 mean for a merchant (§3). */
const BY_REASON: Readonly<Record<string, Advice>> = {
  invalid_key: access(
    "AllScale does not know this API key (20002).",
    "Copy the key again from the dashboard of the store; the keys of a deleted store and of the retired sandbox are gone.",
  ),
  signature_mismatch: access("AllScale refuses the signature (20002).", steps(BAD_SIGNATURE)),
  timestamp_out_of_window: {
    id: "provider_clock",
    sentence: "AllScale refuses our requests because the clock of this server is wrong (20002).",
    todo: SET_CLOCK,
  },
  replay_nonce: access(
    "AllScale says that it has seen this request before (20002).",
    "Try again; if it happens every time, a proxy sends each request twice.",
  ),
};

/** One entry for each error code of the test calls (§3). */
const BY_CODE: Readonly<Record<string, Advice>> = {
  "10001": access(
    "AllScale refuses the test call as invalid (10001).",
    "Check that ALLSCALE_BASE_URL is AllScale's own address, and update this app.",
  ),
  "20001": access(
    "AllScale did not get our authentication headers (20001).",
    "Find the proxy between this app and AllScale that removes X-API-Key, X-Timestamp, X-Nonce or X-Signature.",
  ),
  "20002": access("AllScale refuses our credentials (20002).", steps(BAD_SIGNATURE)),
  "30002": access(
    "These credentials lack a permission that the call needs (30002).",
    "Ask AllScale which permission the store lacks.",
  ),
  "90000": access("AllScale has an internal error (90000).", "Try again later; ask AllScale if it stays."),
  "99999": access("AllScale has an unknown error (99999).", "Try again later; ask AllScale if it stays."),
};

/** What a failed ping means, as a finding. */
export function adviceOn(failure: ProviderFailure): Finding {
  const { kind, code } = failure;
  const known = code === "20002" ? BY_REASON[failure.reason ?? ""] : undefined;
  const advice = known ?? BY_CODE[code ?? ""];
  if (code === "30001") return { ...forbidden(failure), state: "failed" };
  if (kind === "rate_limited") return { ...tooMany(failure), state: "warning" };
  if (advice !== undefined) return { ...advice, state: "failed" };
  return { ...withoutCode(failure), state: "failed" };
}

function forbidden({ seenAddress }: ProviderFailure): Advice {
  const allow = "to the store's IP allow-list in the dashboard, or empty the list";
  const find =
    "add the address from which this server calls out (on a server of your own, curl https://ifconfig.me prints it; on Vercel it changes unless you have static addresses)";
  return access(
    "AllScale does not accept calls from this server's address (30001).",
    seenAddress === undefined ? `${sentenceCase(find)} ${allow}.` : `Add ${seenAddress} ${allow}.`,
  );
}

function tooMany({ retryAfterSeconds }: ProviderFailure): Advice {
  const wait = retryAfterSeconds === undefined ? "in a minute" : `in ${retryAfterSeconds} s`;
  const todo = `Try again ${wait}. If it stays, another program uses the same credentials.`;
  return access("AllScale gets too many requests from this store (40001), so nothing could be checked.", todo);
}

/** Trouble on the way: no answer of AllScale's API was read. */
function withoutCode({ kind, code, reason }: ProviderFailure): Advice {
  const at = (sentence: string, todo: string): Advice => ({ id: "provider_address", sentence, todo });
  const address = "Check ALLSCALE_BASE_URL; without it the app uses AllScale's own address.";
  switch (kind) {
    case "timeout":
      return at(
        "AllScale does not answer in time.",
        "Try again; if it stays, check that a firewall lets this server call out.",
      );
    case "unreachable":
      return at(`AllScale cannot be reached (${reason ?? "no connection"}).`, address);
    case "provider_error":
      return code === undefined
        ? at("AllScale, or a proxy before it, is down.", `Try again later. ${address}`)
        : access(`AllScale answers an error that this version does not know (${code}).`, "Update this app.");
    case "bad_response_signature":
      return {
        id: "provider_calls",
        sentence: `AllScale's answers are not signed as ALLSCALE_SIGNED_RESPONSES demands: ${reason ?? "unknown"}.`,
        todo: "Turn on signed responses for the store in the dashboard, or remove ALLSCALE_SIGNED_RESPONSES.",
      };
    default:
      return at("What answers at this address is not AllScale.", address);
  }
}

const sentenceCase = (text: string) => `${text.charAt(0).toUpperCase()}${text.slice(1)}`;
