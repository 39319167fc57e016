"use client";

/** The last resort, when even the layout breaks. It stands alone, without the app's styles. */
export default function GlobalError() {
  return (
    <html lang="en">
      <body>
        <title>This page has a problem</title>
        <h1>This page has a problem</h1>
        <p>A payment that you have made is not affected.</p>
        <button type="button" onClick={() => location.reload()}>
          Try again
        </button>
      </body>
    </html>
  );
}
