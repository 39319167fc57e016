import { NOT_CHECKED, ok, SET_CLOCK, unknown } from "../diagnose";
import type { Finding, ProviderFailure } from "../provider";
import { adviceOn } from "./advice";
import { type AllScaleClient, type ClientOptions, createAllScaleClient } from "./client";

/** What a proxy is likely to change: other alphabets, escapes, decimals that a parser would shorten. */
const ECHO = { text: "Grüße, 5 € and 日本", quoted: 'a "quote" and a /slash', amount: "0.10" };

const CLOSE_SECONDS = 30;
/** A webhook further from our clock than 300 s is refused (§8); this leaves room for its way. */
const TOLERATED_SECONDS = 240;

/** The test routes (§4), and what they tell of address, credentials, clock and the way in between. */
export async function diagnose(options: ClientOptions): Promise<readonly Finding[]> {
  const clock = watchClock(options);
  const client = createAllScaleClient({ ...options, fetch: clock.fetch });
  const ping = await client.ping();
  const address = ok("provider_address", `AllScale answers at ${new URL(options.baseUrl).origin}.`);
  if (ping.ok) {
    const access = ok("provider_access", "AllScale accepts the API key and secret.");
    return [address, access, clock.finding(), await tryCalls(client)];
  }
  const advice = adviceOn(ping.failure);
  const isReached = advice.id !== "provider_address";
  const clockSeen = isReached ? clock.finding() : unknown("provider_clock", "Not checked: AllScale was not reached.");
  const found: Finding[] = [
    address,
    unknown("provider_access", NOT_CHECKED),
    clockSeen,
    unknown("provider_calls", NOT_CHECKED),
  ];
  // How far the clock is off says more than that it is.
  const isMeasured = advice.id === "provider_clock" && clockSeen.state === "failed";
  const told = isMeasured ? { ...advice, sentence: `${advice.sentence} ${clockSeen.sentence}` } : advice;
  return found.map((each) => (each.id === advice.id ? told : each));
}

/** Compares our clock with the `Date` header of the answers, which even refusals have. */
function watchClock({ fetch: send = globalThis.fetch, now = Date.now }: ClientOptions) {
  let aheadMs: number | null = null;
  const fetch: typeof globalThis.fetch = async (input, init) => {
    const sentAt = now();
    const response = await send(input, init);
    const date = Date.parse(response.headers.get("Date") ?? "");
    // The header has whole seconds, rounded down.
    if (!Number.isNaN(date)) aheadMs = (sentAt + now()) / 2 - (date + 500);
    return response;
  };
  return { fetch, finding: () => clockFinding(aheadMs) };
}

function clockFinding(aheadMs: number | null): Finding {
  const id = "provider_clock";
  if (aheadMs === null) return unknown(id, "AllScale's answer names no time to compare with.");
  const seconds = Math.round(Math.abs(aheadMs) / 1_000);
  if (seconds <= CLOSE_SECONDS) return ok(id, `The clock of this server agrees with AllScale's to ${CLOSE_SECONDS} s.`);
  const sentence = `The clock of this server is ${seconds} s ${aheadMs > 0 ? "ahead of" : "behind"} AllScale's.`;
  const todo = `${SET_CLOCK} Beyond 300 s webhooks are refused.`;
  return { id, state: seconds > TOLERATED_SECONDS ? "failed" : "warning", sentence, todo };
}

/** Whether errors arrive as errors, and bodies as they were sent. */
async function tryCalls(client: AllScaleClient): Promise<Finding> {
  const id = "provider_calls";
  const [fail, post] = await Promise.all([client.fail(), client.post(ECHO)]);
  if (!post.ok) return { id, state: "failed", ...aboutPost(post.failure) };
  if (JSON.stringify(post.payload) !== JSON.stringify(ECHO)) {
    const todo = "Find the proxy between this app and AllScale that rewrites bodies.";
    return { id, state: "failed", sentence: "A body that AllScale echoes comes back changed.", todo };
  }
  if (fail.ok || fail.failure.code === undefined) {
    const sentence = "AllScale's route that always fails did not answer with an error of AllScale's.";
    return { id, state: "warning", sentence, todo: "Check ALLSCALE_BASE_URL, and what stands between." };
  }
  return ok(id, "AllScale's test routes behave: an error arrives as an error, and a body unchanged.");
}

function aboutPost(failure: ProviderFailure): Pick<Finding, "sentence" | "todo"> {
  if (failure.reason === "signature_mismatch") {
    const sentence = "AllScale accepts a signed GET but not a signed POST (20002).";
    const todo = "Find the proxy between this app and AllScale that changes bodies or the Content-Type.";
    return { sentence, todo };
  }
  const { sentence, todo } = adviceOn(failure);
  return { sentence: `The test call with a body failed: ${sentence}`, ...(todo !== undefined && { todo }) };
}
