/** A notification that did not get out. The sentence names a setting and never a value: it is shown and logged. */
export class DeliveryFailure extends Error {
  override readonly name = "DeliveryFailure";
}

const SENTENCES: Readonly<Record<string, string>> = {
  ENOTFOUND: "its host name does not exist",
  EAI_AGAIN: "its host name cannot be resolved at the moment",
  ECONNREFUSED: "it refuses connections",
  ECONNRESET: "it closed the connection",
  EHOSTUNREACH: "it cannot be reached",
  ENETUNREACH: "it cannot be reached",
  ETIMEDOUT: "it did not answer in time",
};

/** Only a code goes out: messages of network errors can hold addresses, and those of mail servers anything. */
export function networkFailure(setting: string, error: unknown): DeliveryFailure {
  if (error instanceof DeliveryFailure) return error;
  const name = error instanceof Error ? error.name : "";
  const code = codeOf(error);
  if (name === "AbortError" || name === "TimeoutError") return failed(setting, SENTENCES.ETIMEDOUT ?? "");
  if (/CERT|TLS|SSL|EPROTO|SIGNATURE/.test(code))
    return failed(setting, "its TLS certificate or connection is not valid");
  return failed(setting, SENTENCES[code] ?? `the connection failed${/^\w{1,40}$/.test(code) ? ` (${code})` : ""}`);
}

export const failed = (setting: string, sentence: string) => new DeliveryFailure(`${setting}: ${sentence}.`);

/** Nodemailer puts a code of its own in front of the system's. */
export function codeOf(error: unknown): string {
  if (!(error instanceof Error)) return "";
  if ("originalCode" in error) return String(error.originalCode);
  return "code" in error ? String(error.code) : "";
}
