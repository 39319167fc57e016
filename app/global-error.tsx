"use client";

/** The last resort, when even the layout breaks. It stands alone, without the app's styles. */
export default function GlobalError() {
  const heading = "Something went wrong on this page";
  return (
    <html lang="en">
      <body>
        <title>{heading}</title>
        <h1>{heading}</h1>
        <p>Payments that you have made are not affected.</p>
        <button type="button" onClick={() => location.reload()}>
          Try again
        </button>
      </body>
    </html>
  );
}
