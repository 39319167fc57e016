/** Whether a browser asks for a page, as it does when a plain form is submitted. */
export function acceptsHtml(request: Request): boolean {
  return request.headers.get("accept")?.includes("text/html") === true;
}

/** 303: the browser follows with GET, so that reloading the page it lands on submits nothing again. */
export function seeOther(location: string): Response {
  return new Response(null, { status: 303, headers: { Location: location } });
}

/** The page's word for a payment of which we do not know whether it was opened. */
export const UNSURE = "provider_unsure";

/** What the page can fill in again, and how much of it: a URL is no place for more. */
const KEPT = { amount: 32, customAmount: 32, name: 60, message: 280, anonymous: 2 } as const;

/**
 * Sends a browser whose form was refused back to the tip page, with the word for what was wrong and with what the payer
 * had written, so that nothing is lost without JavaScript either.
 */
export function formErrorRedirect(body: Uint8Array, error: string): Response {
  const form = new URLSearchParams(new TextDecoder().decode(body));
  const query = new URLSearchParams({ error });
  for (const [field, maxLength] of Object.entries(KEPT)) {
    const value = form.get(field)?.replaceAll("\r\n", "\n").slice(0, maxLength);
    if (value) query.set(field, value);
  }
  // The next try is then for the same order, as it is for a client that sends its header again.
  const key = form.get("idempotencyKey");
  if (error === UNSURE && key) query.set("key", key.slice(0, 64));
  return seeOther(`/?${query}`);
}
