import { once } from "node:events";
import { type IncomingMessage, request } from "node:http";
import { text } from "node:stream/consumers";
import { expect, test } from "./support/fixtures";

const EVERYWHERE = {
  "x-content-type-options": "nosniff",
  "x-frame-options": "DENY",
  "referrer-policy": /^(strict-origin-when-cross-origin|no-referrer)$/,
  "permissions-policy": /camera=\(\)/,
  "cross-origin-opener-policy": "same-origin-allow-popups",
  // Of this host alone: the others of its owner may not have TLS.
  "strict-transport-security": /^max-age=\d{8}$/,
};

/** Pictures that other sites are meant to show. */
const SHOWN_ELSEWHERE = ["/icon.svg", "/share.png"];

test("every answer has the security headers", async ({ client }) => {
  const created = await client.checkout({ amount: "5.00" });
  const paths = [
    "/",
    ...SHOWN_ELSEWHERE,
    "/nothing",
    `/orders/${created.json.orderId}`,
    "/orders/x",
    "/api/health",
    "/api/nothing",
  ];
  const script = /\/_next\/static\/[^"]+\.js/.exec((await client.request("GET", "/")).text)?.[0] ?? "";
  for (const path of [...paths, `/api/orders/${created.json.orderId}`, script]) {
    const { headers } = await client.request("GET", path);
    for (const [name, value] of Object.entries(EVERYWHERE)) {
      expect(headers.get(name), `${name} of ${path}`).toMatch(value);
    }
    const shownElsewhere = SHOWN_ELSEWHERE.includes(path);
    expect(headers.get("cross-origin-resource-policy"), path).toBe(shownElsewhere ? "cross-origin" : "same-origin");
    expect(headers.get("x-powered-by"), path).toBeNull();
  }
  for (const path of [`/orders/${created.json.orderId}`, `/api/orders/${created.json.orderId}`]) {
    const { headers } = await client.request("GET", path);
    expect(headers.get("referrer-policy")).toBe("no-referrer");
    expect(headers.get("x-robots-tag")).toContain("noindex");
  }
});

test("pages run scripts by a nonce of their own and nothing else", async ({ client }) => {
  const seen = new Set<string>();
  for (const path of ["/", "/", "/orders/x", "/nothing"]) {
    const { headers, text } = await client.request("GET", path);
    const policy = headers.get("content-security-policy") ?? "";
    const nonce = /'nonce-([\w-]+)'/.exec(policy)?.[1] ?? "";
    expect(policy).toContain("default-src 'none'");
    expect(policy).toContain("frame-ancestors 'none'");
    expect(policy).not.toContain("unsafe");
    expect(policy).toMatch(/form-action 'self'/);
    const scripts = [...text.matchAll(/<script\b[^>]*>/g)].map(([tag]) => tag);
    expect(scripts.length).toBeGreaterThan(0);
    for (const tag of scripts) expect(tag).toContain(`nonce="${nonce}"`);
    expect(headers.get("x-request-id")).toBeTruthy();
    seen.add(nonce);
  }
  expect(seen.size).toBe(4);
});

test("no page breaks its own policy", async ({ page, account, client }) => {
  const broken: string[] = [];
  page.on("console", (message) => {
    if (/content security policy|refused to/i.test(message.text())) broken.push(message.text());
  });
  page.on("pageerror", (error) => broken.push(error.message));
  await page.goto("/");
  await page.getByTestId("tip-other").check();
  await page.goto("/?error=amount_too_low&amount=other&customAmount=0.5");
  await page.goto("/nothing");
  for (const [status, name] of [
    [1, "pending"],
    [10, "confirming"],
    [-5, "expired"],
    [20, "paid"],
  ] as const) {
    const created = await client.checkout({ amount: "5.00" });
    await account.setStatus((await account.intentOf(String(created.json.orderId))).id, status);
    await page.goto(String(created.json.orderUrl));
    await expect(page.getByTestId("order-page")).toHaveAttribute("data-order-state", name);
  }
  expect(broken).toEqual([]);
});

test("hostile text stays text, and hostile headers and keys change nothing", async ({ client, page, app }) => {
  const hostile = "<script>alert(1)</script>\r\nSet-Cookie: a=b\u0000\u202e";
  const created = await client.checkout({ amount: "5.00", name: hostile, message: hostile });
  expect(created.status).toBe(201);
  const clean = "<script>alert(1)</script>\nSet-Cookie: a=b";
  const stored = app.storedOrders().find(({ id }) => id === created.json.orderId);
  expect(stored?.payer).toMatchObject({ name: clean, message: clean });
  await page.goto(`/?message=${encodeURIComponent(hostile)}&amount=%3Cimg%20src=x%20onerror=alert(1)%3E&error=%3Cb%3E`);
  await expect(page.getByTestId("tip-page")).toBeVisible();
  expect(await page.evaluate(() => document.querySelectorAll("img[onerror], b").length)).toBe(0);

  const raw = '{"amount":"5.00","__proto__":{"amount":"1"},"constructor":{"prototype":{"isAdmin":true}}}';
  const polluted = await client.request("POST", "/api/checkout", {
    headers: { "content-type": "application/json", "x-request-id": "mine", "x-forwarded-host": "evil.example" },
    body: raw,
  });
  expect(polluted.status).toBe(201);
  expect(polluted.headers.get("x-request-id")).not.toBe("mine");
  expect(String(polluted.json.orderUrl)).toMatch(new RegExp(`^${app.url}/orders/`));
  expect(() => app.logged()).not.toThrow();
});

test("pages take GET and HEAD only, and what nothing here uses is not there", async ({ client, app }) => {
  for (const path of ["/", "/orders/x", "/nothing"]) {
    for (const method of ["POST", "PUT", "PATCH", "DELETE", "OPTIONS", "PROPFIND"]) {
      const answer = await client.request(method, path, method === "POST" ? { body: "x".repeat(100_000) } : {});
      expect(answer, `${method} ${path}`).toMatchObject({ status: 405, json: { code: "method_not_allowed" } });
      expect(answer.headers.get("allow")).toBe("GET, HEAD");
      expect(answer.headers.get("x-request-id")).toBeTruthy();
    }
    expect((await trace(app.url + path)).status, `TRACE ${path}`).toBe(405);
  }
  expect((await client.request("HEAD", "/")).status).toBe(200);
  for (const path of ["/_global-error", "/_error", "/_next/image?w=64&q=75&url=%2Ficon.svg"]) {
    const { status, headers, text } = await client.request("GET", path);
    expect(status, path).toBe(404);
    expect(headers.get("cache-control"), path).toMatch(/no-store/);
    expect(text, path).not.toMatch(/\bat .*\.js:\d+/);
  }
});

test("headers of Next's own router do not make a page fail", async ({ client, app }) => {
  const failures = () => app.logged().filter(({ event, level }) => event === "unhandled_error" || level === "error");
  const before = failures().length;
  for (const tree of ["nonsense", "%", "[]", "x".repeat(10_000)]) {
    for (const path of ["/", "/orders/x", "/nothing"]) {
      const headers = { rsc: "1", "next-router-state-tree": tree, "next-router-prefetch": "1" };
      const { status, text } = await client.request("GET", path, { headers });
      expect(status, `${path} with ${tree.slice(0, 10)}`).toBeLessThan(500);
      expect(text).not.toMatch(/\bat .*\.js:\d+/);
    }
  }
  expect(failures()).toHaveLength(before);
});

/** A method that `fetch` refuses to send. */
async function trace(url: string) {
  const sent = request(url, { method: "TRACE", agent: false }).end();
  const [answer] = (await once(sent, "response")) as [IncomingMessage];
  return { status: answer.statusCode, allow: answer.headers.allow, body: await text(answer) };
}

test("TRACE is refused with the methods that the route takes, as every other method is", async ({ client, app }) => {
  const { orderId } = (await client.checkout({ amount: "5.00" })).json;
  for (const [path, allow] of [
    ["/api/checkout", "POST"],
    ["/api/webhooks/allscale", "POST"],
    ["/api/health", "GET"],
    ["/api/cron/reconcile", "GET, POST"],
    [`/api/orders/${orderId}`, "GET"],
    [`/api/orders/${orderId}/payments`, "POST"],
  ] as const) {
    const traced = await trace(`${app.url}${path}`);
    expect([traced.status, traced.allow], path).toEqual([405, allow]);
    expect(JSON.parse(traced.body), path).toMatchObject({
      code: "method_not_allowed",
      detail: `This method is not possible here; use ${allow.replace(", ", " or ")}.`,
    });
    const put = await client.request("PUT", path);
    expect([put.status, put.headers.get("allow"), put.json.detail], path).toEqual([
      405,
      allow,
      JSON.parse(traced.body).detail,
    ]);
  }
});

test("no parameter sends a payer elsewhere", async ({ client }) => {
  for (const path of [
    "/?redirect=https://evil.example",
    "/?next=//evil.example",
    "//evil.example",
    "/\\evil.example",
  ]) {
    const { headers } = await client.request("GET", path);
    expect(headers.get("location") ?? "", path).not.toMatch(/^(https?:)?\/\/evil|^\\/);
  }
});
