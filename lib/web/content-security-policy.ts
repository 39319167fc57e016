/**
 * The policy of our pages. Scripts run by nonce only, styles come from our own files, nothing is framed but what is made for it. A plain form is
 * answered with a redirect to the hosted checkout, and browsers hold redirects of a form to `form-action` too, so the
 * checkout's sources stand there.
 */
export function contentSecurityPolicy(options: {
  nonce: string;
  checkoutSources: readonly string[];
  framed: boolean;
  development: boolean;
}): string {
  const { nonce, checkoutSources, framed, development } = options;
  const directives = {
    "default-src": "'none'",
    // React's development build evaluates code to rebuild server stacks, and Next's has an overlay; production has neither.
    "script-src": `'self' 'nonce-${nonce}' 'strict-dynamic'${development ? " 'unsafe-eval'" : ""}`,
    "style-src": `'self'${development ? " 'unsafe-inline'" : ""}`,
    "img-src": "'self' data:",
    ...(development && { "font-src": "'self'" }),
    "connect-src": `'self'${development ? " ws:" : ""}`,
    "manifest-src": "'self'",
    "form-action": ["'self'", ...checkoutSources].join(" "),
    "frame-ancestors": framed ? "*" : "'none'",
    "base-uri": "'none'",
  };
  return Object.entries(directives)
    .map(([name, value]) => `${name} ${value}`)
    .join("; ");
}
