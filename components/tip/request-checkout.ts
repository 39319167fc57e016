import type { CheckoutResponse, Problem } from "@/lib/checkout/contract";

/** A sentence for the payer and the `name` of the field to mend, where there is one. */
export type ShownProblem = { readonly text: string; readonly field: string | null };

export type CheckoutAnswer =
  | { readonly ok: true; readonly checkout: CheckoutResponse }
  /** Null when nothing usable came back. */
  | { readonly ok: false; readonly problem: ShownProblem | null };

/**
 * Asks our server for a checkout. Whatever goes wrong on the way is safe to try again with the same key: the server then
 * answers for the same order and never opens a second one.
 */
export async function requestCheckout(body: string, idempotencyKey: string): Promise<CheckoutAnswer> {
  try {
    const response = await fetch("/api/checkout", {
      method: "POST",
      headers: { "Content-Type": "application/json", "Idempotency-Key": idempotencyKey },
      body,
    });
    const answer = await response.json();
    return response.ok ? { ok: true, checkout: answer } : { ok: false, problem: await explain(answer) };
  } catch {
    return { ok: false, problem: null };
  }
}

/**
 * The server has the sentences, in the payer's language, on the page that a browser without script is sent back to. So
 * the few payers who need one fetch it from there, and the others do not carry them all.
 */
async function explain({ code, errors }: Partial<Problem>): Promise<ShownProblem | null> {
  const query = new URLSearchParams({ error: String(code), field: errors?.[0]?.field ?? "" });
  const html = await (await fetch(`/?${query}`)).text();
  const page = new DOMParser().parseFromString(html, "text/html");
  const text = page.querySelector("[role=alert]:not(:empty)")?.textContent;
  return text ? { text, field: page.querySelector("[aria-invalid]")?.getAttribute("name") ?? null } : null;
}
