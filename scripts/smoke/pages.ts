import { type Check, must, type Site, UNKNOWN_ORDER } from "./check";

/** Names of settings and the forms that secrets have. A page has no use for any of them. */
const SECRET_FORMS = [
  /\bst_\w{6,}/,
  /\bwhsec_[\w+/=]{16,}/,
  /\b(ALLSCALE|CALYPSO|KOINAL|ONEKEY|ADMIN|CRON|NOTIFY|UPSTASH|KV)_\w*(SECRET|TOKEN|API_KEY)\b["']?\s*[:=]\s*["'\w]/,
  /\b(smtps?|rediss?):\/\/[^\s"'/]*:[^\s"'/]+@/,
];

export const page: Check = {
  id: "page",
  title: "the tip page is there",
  async run({ client, amount }) {
    const { status, headers } = await client.request("GET", "/");
    must(status === 200, `/ was answered ${status}.`);
    must((headers.get("content-type") ?? "").startsWith("text/html"), "/ is not an HTML page.");
    must(amount !== null, "The page offers no amount to pay; does it say what is missing in the setup?");
    return `it offers ${amount}`;
  },
};

export const headers: Check = {
  id: "headers",
  title: "every answer has the security headers",
  async run({ url, client }) {
    const paths = ["/", "/orders/x", "/api/health", `/api/orders/${UNKNOWN_ORDER}`];
    for (const path of paths) {
      const answer = await client.request("GET", path);
      const header = (name: string) => answer.headers.get(name) ?? "";
      const policy = header("content-security-policy");
      const has = (name: string, form: RegExp) =>
        must(form.test(header(name)), `${path}: ${name} is ${JSON.stringify(header(name))}.`);
      has("x-content-type-options", /^nosniff$/);
      has("x-frame-options", /^DENY$/);
      has("referrer-policy", /^(strict-origin-when-cross-origin|same-origin|no-referrer)$/);
      has("content-security-policy", /default-src 'none'.*frame-ancestors 'none'/);
      must(
        !/unsafe-(inline|eval)/.test(policy),
        `${path}: the content security policy allows unsafe scripts or styles.`,
      );
      has("x-request-id", /./);
      must(header("x-powered-by") === "", `${path}: X-Powered-By tells what the server runs.`);
      if (path.startsWith("/api/")) has("cache-control", /no-store/);
      if (url.startsWith("https:")) has("strict-transport-security", /max-age=\d{7,}/);
    }
    return `on ${paths.length} addresses`;
  },
};

export const secrets: Check = {
  id: "secrets",
  title: "no page and no script holds a secret",
  async run(site) {
    const pages = await Promise.all(
      ["/", "/orders/x", "/no-such-page", "/setup", "/admin", "/embed", "/api/health"].map((path) => read(site, path)),
    );
    const named = pages.flatMap(({ text }) => [...text.matchAll(/\/_next\/static\/[\w./~-]+\.(?:js|css)/g)]);
    const bundles = await Promise.all([...new Set(named.map(([path]) => path))].map((path) => read(site, path)));
    const files = [...pages, ...bundles];
    for (const { path, text } of files) {
      const form = SECRET_FORMS.find((each) => each.test(text));
      must(
        form === undefined,
        `${path} holds what looks like a secret (${form}). Change that secret once it is removed.`,
      );
      for (const known of spellings(site)) must(!text.includes(known), `${path} holds ALLSCALE_API_SECRET.`);
    }
    must(bundles.length > 0, "The pages name no scripts, so none could be read.");
    return `${pages.length} pages and ${bundles.length} files`;
  },
};

async function read({ client }: Site, path: string) {
  return { path, text: (await client.request("GET", path)).text };
}

/** The secret as it may be written into a page, where it is known. */
function spellings({ credentials }: Site): string[] {
  if (credentials === null) return [];
  const { apiSecret } = credentials;
  return [apiSecret, Buffer.from(apiSecret).toString("base64"), encodeURIComponent(apiSecret)];
}

export const picture: Check = {
  id: "picture",
  title: "a shared link has its picture",
  async run({ client }) {
    const { text } = await client.request("GET", "/");
    const [, address = ""] = /property="og:image" content="([^"]+)"/.exec(text) ?? [];
    must(URL.canParse(address), "The page names no og:image.");
    const { pathname } = new URL(address);
    const { status, headers } = await client.request("GET", pathname);
    const type = headers.get("content-type");
    must(status === 200 && type === "image/png", `${pathname} was answered ${status} as ${type}.`);
    return pathname;
  },
};

export const closed: Check = {
  id: "closed",
  title: "the merchant's pages and the scheduler's route are closed",
  async run({ client }) {
    const seen: string[] = [];
    for (const path of ["/admin", "/admin/totals", "/admin/export.csv", `/admin/orders/${UNKNOWN_ORDER}`, "/setup"]) {
      const { status, headers } = await client.request("GET", path);
      const asksForSecret = /\/admin\/sign-in(\?|$)/.test(headers.get("location") ?? "");
      must([401, 404].includes(status) || asksForSecret, `${path} is open: ${status} without a sign-in.`);
      seen.push(`${path} ${status}`);
    }
    for (const headers of [{}, { authorization: "Bearer " }, { authorization: "Bearer not-the-cron-secret" }]) {
      const { status } = await client.request("GET", "/api/cron/reconcile", { headers });
      must([401, 404].includes(status), `/api/cron/reconcile was answered ${status} without its secret.`);
      seen.push(`/api/cron/reconcile ${status}`);
    }
    return [...new Set(seen)].join(", ");
  },
};
