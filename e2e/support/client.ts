import type { App } from "./app";

export type Answer = {
  readonly status: number;
  readonly headers: Headers;
  readonly text: string;
  /** The body where it is JSON; empty otherwise. */
  readonly json: { readonly [key: string]: unknown };
};

/** A plain HTTP client of the app. */
export type Client = {
  request(
    method: string,
    path: string,
    options?: { headers?: Record<string, string>; body?: BodyInit },
  ): Promise<Answer>;
  checkout(body: unknown, headers?: Record<string, string>): Promise<Answer>;
  form(fields: Record<string, string>, headers?: Record<string, string>): Promise<Answer>;
  order(orderId: string): Promise<Answer>;
};

/** `address` is where its requests seem to come from, for an app that trusts one proxy. */
export function clientOf(app: Pick<App, "url">, address?: string, { timeoutMs }: { timeoutMs?: number } = {}): Client {
  const request: Client["request"] = async (method, path, { headers = {}, body } = {}) => {
    const response = await fetch(`${app.url}${path}`, {
      method,
      headers: { ...(address !== undefined && { "x-forwarded-for": address }), ...headers },
      redirect: "manual",
      ...(timeoutMs !== undefined && { signal: AbortSignal.timeout(timeoutMs) }),
      ...(body !== undefined && { body }),
    });
    const text = await response.text();
    const isJson = response.headers.get("content-type")?.includes("json") === true;
    return { status: response.status, headers: response.headers, text, json: isJson ? JSON.parse(text) : {} };
  };
  return {
    request,
    checkout: (body, headers = {}) =>
      request("POST", "/api/checkout", {
        headers: { "content-type": "application/json", ...headers },
        body: JSON.stringify(body),
      }),
    form: (fields, headers = {}) =>
      request("POST", "/api/checkout", {
        headers: { "content-type": "application/x-www-form-urlencoded", ...headers },
        body: new URLSearchParams(fields).toString(),
      }),
    order: (orderId) => request("GET", `/api/orders/${orderId}`),
  };
}
