/** Sent with every answer; what depends on the page (its CSP) is added in proxy.ts. */
const securityHeaders = {
  "X-Content-Type-Options": "nosniff",
  "X-Frame-Options": "DENY",
  "Referrer-Policy": "strict-origin-when-cross-origin",
  "Permissions-Policy": "camera=(), microphone=(), geolocation=(), payment=(), usb=()",
  // The checkout opens in a tab that this page made, so that tab must not be cut off before it has its address.
  "Cross-Origin-Opener-Policy": "same-origin-allow-popups",
  "Cross-Origin-Resource-Policy": "same-origin",
  // Browsers ignore it over plain http.
  "Strict-Transport-Security": "max-age=63072000; includeSubDomains",
};

/** Knowing an order's address is the right to see it: no search engine lists it, no other site learns it. */
const orderHeaders = { "Referrer-Policy": "no-referrer", "X-Robots-Tag": "noindex, nofollow" };

/** @param {Record<string, string>} headers */
const asList = (headers) => Object.entries(headers).map(([key, value]) => ({ key, value }));

/** @type {import('next').NextConfig} */
const config = {
  poweredByHeader: false,
  typedRoutes: true,
  // A provider does not follow a redirect with its webhook, and Next's has none of our headers.
  skipTrailingSlashRedirect: true,
  headers: async () => [
    { source: "/:path*", headers: asList(securityHeaders) },
    {
      source: "/api/:path*",
      headers: asList({ "Content-Security-Policy": "default-src 'none'; frame-ancestors 'none'" }),
    },
    { source: "/orders/:path*", headers: asList(orderHeaders) },
    { source: "/api/orders/:path*", headers: asList(orderHeaders) },
  ],
};

export default config;
