"use client";

/** Shown when a page of ours breaks. It must not suggest anything about a payment that may be under way. */
export default function ErrorPage({ retry }: { error: unknown; retry: () => void }) {
  return (
    <main className="card" data-tone="ended">
      <title>This page has a problem</title>
      <h1>This page has a problem</h1>
      <p>A payment that you have made is not affected.</p>
      <button type="button" onClick={retry}>
        Try again
      </button>
    </main>
  );
}
