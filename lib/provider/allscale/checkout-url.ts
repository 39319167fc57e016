export type CheckedUrl = { readonly ok: true; readonly url: string } | { readonly ok: false; readonly reason: string };

/**
 * Whether a payer may be sent to a checkout URL that AllScale answered: only to https on allscale.io and its subdomains,
 * or to a loopback host while the provider itself is one (the emulator). The rest of the URL is opaque (§5). The URL comes
 * back as the parser understood it, so that what was checked is what is followed.
 */
export function checkCheckoutUrl(text: string, baseUrl: string): CheckedUrl {
  // Parsers disagree about white space, control characters and backslashes, so a URL with any is not even parsed.
  if (text.length > 2_000 || !/^[!-~]+$/.test(text) || text.includes("\\")) return refuse("not a plain URL");
  if (!/^https?:\/\/[^/]/i.test(text) || !URL.canParse(text)) return refuse("not a web address");
  const url = new URL(text);
  if (url.username !== "" || url.password !== "") return refuse("credentials in the URL");
  if (isAllScale(url)) return { ok: true, url: url.href };
  if (isLoopbackUrl(url) && isLoopbackUrl(new URL(baseUrl))) return { ok: true, url: url.href };
  // The host is for the log; the path could hold anything.
  return refuse(`leads to ${url.protocol}//${url.host.slice(0, 100)}`);
}

function isAllScale({ protocol, hostname, port }: URL): boolean {
  return protocol === "https:" && port === "" && (hostname === "allscale.io" || hostname.endsWith(".allscale.io"));
}

function isLoopbackUrl({ protocol, hostname }: URL): boolean {
  if (protocol !== "http:" && protocol !== "https:") return false;
  // The parser has already turned every other spelling of an IPv4 address into four decimal numbers.
  return hostname === "localhost" || hostname === "[::1]" || /^127\.\d{1,3}\.\d{1,3}\.\d{1,3}$/.test(hostname);
}

function refuse(reason: string): CheckedUrl {
  return { ok: false, reason };
}
