import { isLoopback } from "@/lib/settings";

type Checked = { readonly ok: true; readonly url: string } | { readonly ok: false; readonly reason: string };

/** Whether a payer may go there: to https on a host of the provider, or to a loopback host while the API is on one. */
export function checkCheckoutUrl(
  text: string,
  { baseUrl, isProvider }: { readonly baseUrl: string; readonly isProvider: (hostname: string) => boolean },
): Checked {
  const refuse = (reason: string) => ({ ok: false, reason }) as const;
  // Parsers disagree about white space, control characters and backslashes, so a URL with any is not even parsed.
  if (text.length > 2_000 || !/^[!-~]+$/.test(text) || text.includes("\\")) return refuse("not a plain URL");
  if (!/^https?:\/\/[^/]/i.test(text) || !URL.canParse(text)) return refuse("not a web address");
  const url = new URL(text);
  const { protocol, hostname, port } = url;
  if (url.username !== "" || url.password !== "") return refuse("credentials in the URL");
  const isLocal = isLoopback(hostname) && isLoopback(new URL(baseUrl).hostname);
  // As the parser understood it, so that what was checked is what is followed.
  if ((protocol === "https:" && port === "" && isProvider(hostname)) || isLocal) return { ok: true, url: url.href };
  // The host is for the log; the path could hold anything.
  return refuse(`leads to ${protocol}//${url.host.slice(0, 100)}`);
}
