import { isLoopback } from "@/lib/settings";
import { type Check, failed, ok, unknown } from "./check";

type Address = {
  /** An origin. */
  readonly publicUrl: string;
  readonly providerName: string | undefined;
  readonly timeoutMs: number;
};

/** What a visitor from outside gets at our own address: us, a sign-in page, or another program. */
export async function publicHealthCheck({ publicUrl, providerName, timeoutMs }: Address): Promise<Check> {
  const id = "public_health";
  const url = `${publicUrl}/api/health`;
  let response: Response;
  let text: string;
  try {
    response = await fetch(url, { redirect: "manual", cache: "no-store", signal: AbortSignal.timeout(timeoutMs) });
    text = await response.text();
  } catch (error) {
    return unreachable(publicUrl, error);
  }
  if (isOurs(text, providerName)) return ok(id, "The public address leads to this app.");
  const { status, headers } = response;
  const target = headers.get("Location");
  if (status >= 300 && status < 400 && target !== null && URL.canParse(target, url)) {
    const { origin } = new URL(target, url);
    if (status === 301 || status === 308) {
      return failed(
        id,
        `The public address redirects to ${origin}.`,
        "Set PUBLIC_URL to the address that it leads to.",
      );
    }
    return protectedCheck(`redirects to a sign-in page at ${origin}`);
  }
  if (status === 401 || status === 403) return protectedCheck(`answers ${status}`);
  const todo = "Point the address to this app, or set PUBLIC_URL to the app's own.";
  return failed(id, `Another program answers at the public address (HTTP ${status}).`, todo);
}

function protectedCheck(what: string): Check {
  const sentence = `Something in front of the app ${what}, so no webhook and no payer gets through.`;
  const todo =
    "Take the protection away for this deployment (on Vercel: Settings, Deployment Protection), or use the production address.";
  return failed("public_health", sentence, todo);
}

function unreachable(publicUrl: string, error: unknown): Check {
  const kind = reasonOf(error);
  if (isLoopback(new URL(publicUrl).hostname)) {
    const sentence = "No app answers at the public address, which is on this machine.";
    return unknown("public_health", sentence, "Start the app, and look again.");
  }
  const todo = "Check PUBLIC_URL, its DNS record and its certificate.";
  return failed("public_health", `The public address cannot be reached (${kind}).`, todo);
}

function reasonOf(error: unknown): string {
  if (!(error instanceof Error)) return "unknown";
  if (error.name === "TimeoutError") return "timeout";
  const { cause } = error;
  return cause instanceof Error && "code" in cause ? String(cause.code) : "no connection";
}

/** Health answers in one of two shapes, and a problem also has our code. */
function isOurs(text: string, providerName: string | undefined): boolean {
  try {
    const body: unknown = JSON.parse(text);
    if (typeof body !== "object" || body === null) return false;
    if ("provider" in body) return body.provider === providerName;
    return "code" in body && ["not_configured", "store_unavailable"].includes(String(body.code));
  } catch {
    return false;
  }
}
