import { randomUUID } from "node:crypto";
import { type Check, must, mustRefuse, type Site, UNKNOWN_ORDER, withoutId } from "./check";

export const health: Check = {
  id: "health",
  title: "the deployment says that it can take payments",
  async run({ client }) {
    const { status, json } = await client.request("GET", "/api/health");
    must(status === 200, `/api/health was answered ${status}: ${json.detail ?? "no reason given"}`);
    must(json.status === "ok", `/api/health says ${JSON.stringify(json.status)}.`);
    const warnings = Array.isArray(json.warnings) ? json.warnings.map(({ name, problem }) => `${name} ${problem}`) : [];
    return [`store ${json.store}, provider ${json.provider}`, ...warnings.map((each) => `warning: ${each}`)].join("; ");
  },
};

export const amounts: Check = {
  id: "amounts",
  title: "amounts out of bounds are refused",
  skips: ({ isFixedPrice }) => (isFixedPrice ? "there is one price, and any amount sent is ignored" : null),
  async run({ client, item }) {
    const wrong = ["0", "-1", "1e3", "5,00", "0.000000001", "100000000", "9".repeat(30), "", "five"];
    for (const amount of wrong) {
      const answer = await client.checkout({ amount, item });
      mustRefuse(`The amount ${JSON.stringify(amount)}`, answer, { status: 400, code: "validation" });
      const [error] = Array.isArray(answer.json.errors) ? answer.json.errors : [];
      must(error?.field === "amount", `The refusal of the amount ${JSON.stringify(amount)} does not name the field.`);
    }
    return `${wrong.length} of them`;
  },
};

export const validation: Check = {
  id: "validation",
  title: "requests that cannot be read are refused, each with its reason",
  async run({ client, amount }) {
    const post = (type: string, body: string, headers: Record<string, string> = {}) =>
      client.request("POST", "/api/checkout", { headers: { "content-type": type, ...headers }, body });
    const json = "application/json";
    const unreadable = { status: 400, code: "unreadable" };
    mustRefuse("Broken JSON", await post(json, '{"amount":'), unreadable);
    mustRefuse("A list", await post(json, "[]"), { status: 400, code: "validation" });
    mustRefuse("Plain text", await post("text/plain", "5"), { status: 415, code: "unsupported_type" });
    mustRefuse("20 kB", await post(json, "x".repeat(20_000)), { status: 413, code: "body_too_large" });
    const body = JSON.stringify({ amount: amount ?? "5.00" });
    const shortKey = await post(json, body, { "idempotency-key": "short" });
    mustRefuse("A short Idempotency-Key", shortKey, { status: 400, code: "validation" });
    const fromElsewhere = await post(json, body, { "sec-fetch-site": "cross-site", "sec-fetch-mode": "cors" });
    mustRefuse("A script of another site", fromElsewhere, { status: 403, code: "cross_site" });
    const read = await client.request("GET", "/api/checkout");
    mustRefuse("GET /api/checkout", read, { status: 405, code: "method_not_allowed" });
    mustRefuse("An unknown route", await client.request("GET", "/api/no-such-route"), {
      status: 404,
      code: "not_found",
    });
    return "400, 403, 404, 405, 413 and 415, as problem+json";
  },
};

export const unknownOrder: Check = {
  id: "unknown-order",
  title: "unknown and malformed order ids have the same 404",
  async run({ client, whenAllowed }) {
    const ids = [UNKNOWN_ORDER, "x", "%00", "..%2f..%2fetc%2fpasswd", "x".repeat(300)];
    const bodies = new Set<string>();
    for (const id of ids) {
      const answer = await whenAllowed(() => client.order(id));
      mustRefuse(`The order ${id.slice(0, 30)}`, answer, { status: 404, code: "not_found" });
      bodies.add(withoutId(answer));
      const { status } = await client.request("GET", `/orders/${id}?status=paid`);
      must(status === 404, `The page of the order ${id.slice(0, 30)} was answered ${status}.`);
    }
    must(bodies.size === 1, "The answers differ, so they tell which ids are well-formed.");
    return `${ids.length} ids`;
  },
};

export const order: Check = {
  id: "order",
  title: "an order can be opened once, is not paid, and leads to the provider",
  async run(site) {
    const { url, client, amount, item, isFixedPrice, whenAllowed } = site;
    must(amount !== null, "The page offers no amount. Give one: --amount 5.00");
    const key = { "idempotency-key": randomUUID() };
    // With a fixed price, the amount sent must not count.
    const sent = isFixedPrice ? "0" : amount;
    const created = await whenAllowed(() => client.checkout({ amount: sent, item }, key));
    must(created.status === 201, `It was answered ${created.status}: ${created.json.detail}`);
    const { orderId, checkoutUrl } = created.json;
    mustLeadToProvider(String(checkoutUrl), site);
    const again = await client.checkout({ amount: sent, item }, key);
    must(again.json.orderId === orderId, "The same Idempotency-Key opened a second order.");
    const other = await client.checkout({ amount: sent, item, name: "Other" }, key);
    mustRefuse("The same key with another body", other, { status: 409, code: "idempotency_conflict" });

    const view = await whenAllowed(() => client.order(String(orderId)));
    must(view.status === 200, `The order that was opened is answered ${view.status}.`);
    must(
      view.json.status === "pending" && view.json.paid === false,
      `Nothing was paid, and it is ${view.json.status}.`,
    );
    const same = plain(String(view.json.amount)) === plain(amount);
    must(same, `It is for ${view.json.amount}, not for ${amount}.`);
    const page = await client.request("GET", `/orders/${orderId}?status=paid`);
    must(page.status === 200, `Its page is answered ${page.status}.`);
    must(page.text.includes('data-order-state="pending"'), "Its page does not say that it is pending.");
    must(page.headers.get("referrer-policy") === "no-referrer", "Its page tells other sites its address.");
    must(/noindex/.test(page.headers.get("x-robots-tag") ?? ""), "Search engines may list its page.");
    const elsewhere = String(created.json.orderUrl).startsWith(`${url}/`)
      ? ""
      : `; PUBLIC_URL makes it ${created.json.orderUrl}`;
    return `${view.json.amount} ${view.json.currency}, ${new URL(String(checkoutUrl)).host}${elsewhere}`;
  },
};

/** To the provider's own hosts, or, from a deployment on this machine, to an emulator on it. */
function mustLeadToProvider(checkoutUrl: string, { url, provider }: Site): void {
  must(URL.canParse(checkoutUrl), "It was answered without a checkoutUrl.");
  const { protocol, hostname } = new URL(checkoutUrl);
  const isLocal = (name: string) => ["localhost", "127.0.0.1", "[::1]"].includes(name);
  if (isLocal(new URL(url).hostname) && isLocal(hostname)) return;
  must(protocol === "https:", `The checkout is not https: ${checkoutUrl}`);
  const isOwn = provider !== "allscale" || /^([\w-]+\.)*allscale\.io$/.test(hostname);
  must(isOwn, `The checkout leads to ${hostname}, which is not AllScale's.`);
}

/** "5.00" and "5" are the same amount. */
const plain = (amount: string) => amount.replace(/(\.\d*?)0+$/, "$1").replace(/\.$/, "");

/** Above the documented default of RATE_LIMIT_STATUS, 600 in 60 s. */
const MOST_REQUESTS = 1_200;
const AT_ONCE = 20;

/** Last of all: this address is refused for up to a minute afterwards. */
export const rateLimit: Check = {
  id: "rate-limit",
  title: "too many requests from one address are refused",
  async run({ client }) {
    let sent = 0;
    let refused: Awaited<ReturnType<typeof client.order>> | undefined;
    const sendUntilRefused = async () => {
      while (refused === undefined && sent < MOST_REQUESTS) {
        sent += 1;
        const answer = await client.order(UNKNOWN_ORDER);
        if (answer.status === 429) refused ??= answer;
      }
    };
    await Promise.all(Array.from({ length: AT_ONCE }, sendUntilRefused));
    must(refused !== undefined, `${sent} status requests in a row were answered, and none was refused.`);
    mustRefuse("One request too many", refused, { status: 429, code: "rate_limited" });
    const retryAfter = refused.headers.get("retry-after") ?? "";
    must(/^[1-9]\d*$/.test(retryAfter), `The refusal says Retry-After: ${retryAfter || "nothing"}.`);
    return `429 after ${sent} requests, Retry-After: ${retryAfter}`;
  },
};
