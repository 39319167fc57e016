import { randomUUID } from "node:crypto";
import type { IncomingMessage } from "node:http";
import { isIP } from "node:net";
import ipaddr from "ipaddr.js";
import type { SettingProblem } from "@/lib/settings";
import { type RefusalResult, refuse } from "./refusals";

type HeaderNames = { readonly address: string; readonly target: string; readonly requestId: string };

/** Shared by the bundles of one process. The names are drawn once, so that no client can know which headers to forge. */
const shared = globalThis as { arrivalHeaders?: HeaderNames; proxyWarning?: SettingProblem };

const drawName = () => `x-arrival-${randomUUID()}`;

/** What proxies write the client's address into. Next adds the first one itself, so only an arrival shows who sent it. */
const FORWARDING_HEADERS = ["x-forwarded-for", "forwarded", "x-real-ip"];

/** What the web's `Request` can have, less `CONNECT` and `TRACE`. */
const METHODS = ["GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS"];

/**
 * Notes on a request what Next does not hand on: the address its connection came from, and its target as it was sent (Next
 * rewrites a query: `?a` becomes `?a=`), and the id that its answer and its log lines get. Then changes what Next answers
 * with a 500 or a redirect before our code runs.
 */
export function noteArrival(request: IncomingMessage): { readonly requestId: string } {
  shared.arrivalHeaders ??= { address: drawName(), target: drawName(), requestId: drawName() };
  const names = shared.arrivalHeaders;
  const requestId = randomUUID();
  request.headers[names.address] = request.socket.remoteAddress ?? "";
  request.headers[names.target] = request.url ?? "";
  request.headers[names.requestId] = requestId;
  request.url = routableTarget(request.url ?? "/");
  // Next would answer such a method with a page or a 500. DELETE reaches our routes, which all refuse it.
  if (!METHODS.includes(request.method ?? "")) request.method = "DELETE";
  // With it Next's client router asks for a part of a page. Next answers 500 when it is malformed, so it is dropped.
  delete request.headers["next-router-state-tree"];
  return { requestId };
}

/**
 * For deployments that trust no proxy: the warning that one seems to be in front, when this request is the first to show
 * it. The header may be the client's own, so all that follows is a warning for the operator.
 */
export function newProxyWarning(request: IncomingMessage): SettingProblem | null {
  if (shared.proxyWarning || !FORWARDING_HEADERS.some((name) => request.headers[name] !== undefined)) return null;
  const problem =
    "is 0, but requests carry X-Forwarded-For. If a proxy is in front, set it to the number of proxies: now all visitors share one rate limit";
  shared.proxyWarning = { name: "TRUSTED_PROXY_HOPS", problem };
  return shared.proxyWarning;
}

/** A warning for health, once a request has shown that it is due. */
export function proxyWarning(): SettingProblem | null {
  return shared.proxyWarning ?? null;
}

/** The id of a request: the one it got on arrival, or a new one where there was none. */
export function requestIdOf(headers: Headers): string {
  return noted(headers, "requestId") ?? randomUUID();
}

/** The address that a request's connection came from: a proxy's, where one is in front. Null when it was not noted. */
function connectionAddress(headers: Headers): string | null {
  return noted(headers, "address");
}

/** Path and query of a request as they were sent, or as Next spells them where they were not noted. */
export function requestTarget(request: Request): { readonly path: string; readonly query: string } {
  const { pathname, search } = new URL(request.url);
  const target = noted(request.headers, "target");
  if (!target?.startsWith("/")) return { path: pathname, query: search.slice(1) };
  const [path = "", ...query] = target.split("?");
  return { path, query: query.join("?") };
}

/**
 * The target in the one spelling that names a route: an origin-form path without doubled slashes, dot segments or escapes
 * that need none. What does not decode becomes the text that it is, which names nothing. The query stays as it is.
 */
export function routableTarget(target: string): string {
  const [path = "", ...query] = target.replace(/^https?:\/\/[^/?#]*/i, "").split("?");
  const search = query.length === 0 ? "" : `?${query.join("?")}`;
  return `${routablePath(path)}${search}`;
}

function routablePath(path: string): string {
  // Most paths, at a hundredth of the time.
  if (/^(\/[\w-]+)+$/.test(path)) return path;
  if (!path.startsWith("/")) return `/${encodeURIComponent(path.toWellFormed())}`;
  const decodable = decodes(path) ? path : path.replaceAll("%", "%25");
  return new URL(`http://localhost${decodable}`).pathname
    .replace(/\/{2,}/g, "/")
    .replace(/%(2d|2e|3\d|4[1-9a-f]|5[0-9a]|5f|6[1-9a-f]|7[0-9a]|7e)/gi, decodeURIComponent);
}

function decodes(path: string): boolean {
  try {
    decodeURIComponent(path);
    return true;
  } catch {
    return false;
  }
}

function noted(headers: Headers, what: keyof HeaderNames): string | null {
  const name = shared.arrivalHeaders?.[what];
  return name === undefined ? null : headers.get(name);
}

/**
 * The address that limits are counted for. With no proxy of ours in front it is the connection's own. With n of them it is
 * the n-th entry of `X-Forwarded-For` from the right: each proxy appends the address it saw, so the outermost one wrote that
 * entry, and everything left of it is the client's own claim.
 *
 * What cannot be known that way (too few entries, not an address) is "unknown" and shares one limit: a forged header must
 * never buy a limit of its own.
 */
export function clientAddress(headers: Headers, trustedProxyHops: number): string {
  if (trustedProxyHops === 0) return normalizeAddress(connectionAddress(headers) ?? "");
  const entries = (headers.get("x-forwarded-for") ?? "").split(",").map((entry) => entry.trim());
  return normalizeAddress(entries.at(-trustedProxyHops) ?? "");
}

/** The network of a client address: what one customer of a host or a small provider has, /48 of IPv6 and /24 of IPv4. */
export function networkOf(address: string): string {
  if (address.includes(":")) return `${ipaddr.IPv6.networkAddressFromCIDR(address.replace(/\/64$/, "/48"))}/48`;
  return address.replace(/\.\d+$/, ".0/24");
}

/** IPv6 is counted per /64, because a single subscriber owns that many addresses. */
function normalizeAddress(entry: string): string {
  const bare = entry.replace(/^\[(.+)\](?::\d+)?$/, "$1").replace(/^(\d+\.\d+\.\d+\.\d+):\d+$/, "$1");
  // Stricter than the library, to which "1" is an address too.
  if (isIP(bare) === 0) return "unknown";
  const address = ipaddr.process(bare.split("%")[0] ?? "");
  if (address.kind() === "ipv4") return address.toString();
  return `${ipaddr.IPv6.networkAddressFromCIDR(`${address.toString()}/64`).toString()}/64`;
}

const BODY_TIMEOUT_MS = 10_000;

const TOO_LARGE = refuse({ code: "body_too_large", detail: "The body is larger than this route takes." });
const TOO_SLOW = refuse({ code: "body_too_slow", detail: "The body did not arrive within 10 s." });
const CUT_OFF = refuse({ code: "unreadable", detail: "The body broke off." });

/**
 * Reads a request body byte for byte, up to a cap: Next sets none. A declared length over the cap is refused before a byte
 * is read, and a body that trickles in for longer than 10 s is given up.
 */
export async function readBody(
  request: Request,
  capBytes: number,
): Promise<{ readonly ok: true; readonly bytes: Uint8Array<ArrayBuffer> } | RefusalResult> {
  if (Number(request.headers.get("content-length") ?? 0) > capBytes) return TOO_LARGE;
  const reader = request.body?.getReader();
  if (reader === undefined) return { ok: true, bytes: new Uint8Array() };

  const chunks: Uint8Array[] = [];
  let total = 0;
  let late = false;
  const timer = setTimeout(() => {
    late = true;
    void reader.cancel();
  }, BODY_TIMEOUT_MS);
  try {
    for (;;) {
      const { done, value } = await reader.read();
      if (late) return TOO_SLOW;
      if (done) break;
      total += value.byteLength;
      if (total > capBytes) {
        void reader.cancel();
        return TOO_LARGE;
      }
      chunks.push(value);
    }
  } catch {
    return late ? TOO_SLOW : CUT_OFF;
  } finally {
    clearTimeout(timer);
  }
  return { ok: true, bytes: new Uint8Array(Buffer.concat(chunks, total)) };
}
