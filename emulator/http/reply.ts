/** An answer before it is written. */
export interface Reply {
  readonly status: number;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: string;
  /** How long to wait before doing anything. */
  readonly delayMs?: number;
  /** `drop` closes the connection instead of answering, `hang` leaves it open and never answers. */
  readonly ending?: "drop" | "hang";
}

export function json(status: number, value: unknown): Reply {
  return jsonText(status, JSON.stringify(value));
}

export function jsonText(status: number, body: string): Reply {
  return { status, headers: { "Content-Type": "application/json" }, body };
}

export function html(status: number, body: string): Reply {
  const headers = { "Content-Type": "text/html; charset=utf-8", "Cache-Control": "no-store" };
  return { status, headers, body };
}

/** 303 turns a form POST into a GET, whatever the browser. */
export function seeOther(location: string): Reply {
  return { status: 303, headers: { Location: location, "Cache-Control": "no-store" }, body: "" };
}
