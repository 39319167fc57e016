import { execFileSync } from "node:child_process";

/** Sent with every answer; what depends on the page (its CSP) is added in proxy.ts. */
const securityHeaders = {
  "X-Content-Type-Options": "nosniff",
  "Referrer-Policy": "strict-origin-when-cross-origin",
  "Permissions-Policy": "camera=(), microphone=(), geolocation=(), payment=(), usb=()",
  // The checkout opens in a tab that this page made, so that tab must not be cut off before it has its address.
  "Cross-Origin-Opener-Policy": "same-origin-allow-popups",
  "Cross-Origin-Resource-Policy": "same-origin",
  // This host only: its owner's other hosts may not have TLS. Browsers ignore it over plain http.
  "Strict-Transport-Security": "max-age=63072000",
};

/** Knowing an order's address is the right to see it: no search engine lists it, no other site learns it. */
const orderHeaders = { "Referrer-Policy": "no-referrer", "X-Robots-Tag": "noindex, nofollow" };

/** What is meant to be shown on other sites: pictures, and a page in a frame. */
const SHOWN_ELSEWHERE = "/(share\\.png|share-goal\\.png|icon\\.svg|badge\\.svg|embed|embed/style\\.css)";

/** @param {Record<string, string>} headers */
const asList = (headers) => Object.entries(headers).map(([key, value]) => ({ key, value }));

/** The Dockerfile sets it. `next start` does not serve a standalone build. */
const isStandalone = Boolean(process.env.BUILD_STANDALONE);

/** What `lib/orders/sqlite-file.ts` loads: 20 MB that serverless functions do not carry. */
const EMBEDDED_STORE = ["libsql", "@libsql/*", "@neon-rs/load", "detect-libc"].map((name) => `node_modules/${name}/**`);

/** What draws the picture for links, which is loaded without the bundler. */
const PICTURE = [
  "og.js",
  "dist/server/og/*.js",
  "dist/compiled/@vercel/og/{index.node.js,package.json,*.wasm,*.ttf}",
].map((name) => `node_modules/next/${name}`);

const RESIZER = ["**/node_modules/sharp/**", "**/node_modules/@img/**"];

// Relative paths in the settings mean the app's folder, wherever the server was started from.
process.chdir(import.meta.dirname);

/** The commit that is built, for the setup page. A download has no history, and a container no git. */
function commitHere() {
  try {
    const output = execFileSync("git", ["rev-parse", "HEAD"], {
      encoding: "utf8",
      stdio: ["ignore", "pipe", "ignore"],
    });
    return output.trim();
  } catch {
    return "";
  }
}

/** @type {import('next').NextConfig} */
const config = {
  env: { BUILD_COMMIT: process.env.BUILD_COMMIT || commitHere() },
  poweredByHeader: false,
  typedRoutes: true,
  // A provider does not follow a redirect with its webhook, and Next's has none of our headers.
  skipTrailingSlashRedirect: true,
  // Nothing here uses the route that resizes pictures: this turns it off.
  images: { unoptimized: true },
  // What SWR brings along for Reacts that do not have this hook of their own.
  turbopack: { resolveAlias: { "use-sync-external-store/shim": "react" } },
  ...(isStandalone && { output: "standalone" }),
  outputFileTracingIncludes: { ...(isStandalone && { "**": EMBEDDED_STORE }), "/share-goal.png": PICTURE },
  // 19 MB of the resizer that is off. What draws the picture for links would use it too, but does not need it.
  outputFileTracingExcludes: { "next-server": RESIZER, "**": [...RESIZER, "**/@vercel/og/index.edge.js"] },
  headers: async () => [
    { source: "/:path*", headers: asList(securityHeaders) },
    { source: "/((?!embed$).*)", headers: asList({ "X-Frame-Options": "DENY" }) },
    {
      source: "/api/:path*",
      headers: asList({ "Content-Security-Policy": "default-src 'none'; frame-ancestors 'none'" }),
    },
    { source: "/orders/:path*", headers: asList(orderHeaders) },
    { source: "/api/orders/:path*", headers: asList(orderHeaders) },
    { source: SHOWN_ELSEWHERE, headers: asList({ "Cross-Origin-Resource-Policy": "cross-origin" }) },
  ],
};

export default config;
