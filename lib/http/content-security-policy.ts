/**
 * The policy of our pages. Scripts run by nonce only, styles come from our own files, nothing is framed. A plain form is
 * answered with a redirect to the hosted checkout, and browsers hold redirects of a form to `form-action` too, so
 * AllScale's hosts stand there, or this machine's where the emulator plays AllScale.
 */
export function contentSecurityPolicy(options: {
  nonce: string;
  localCheckout: boolean;
  development: boolean;
}): string {
  const { nonce, localCheckout, development } = options;
  const allScale = "https://allscale.io https://*.allscale.io";
  const checkout = localCheckout ? `${allScale} http://127.0.0.1:* http://localhost:*` : allScale;
  const directives = {
    "default-src": "'none'",
    // React's development build evaluates code to rebuild server stacks, and Next's has an overlay; production has neither.
    "script-src": `'self' 'nonce-${nonce}' 'strict-dynamic'${development ? " 'unsafe-eval'" : ""}`,
    "style-src": `'self'${development ? " 'unsafe-inline'" : ""}`,
    "img-src": "'self' data:",
    ...(development && { "font-src": "'self'" }),
    "connect-src": `'self'${development ? " ws:" : ""}`,
    "manifest-src": "'self'",
    "form-action": `'self' ${checkout}`,
    "frame-ancestors": "'none'",
    "base-uri": "'none'",
  };
  return Object.entries(directives)
    .map(([name, value]) => `${name} ${value}`)
    .join("; ");
}
