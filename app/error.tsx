"use client";

import { useEffect, useState } from "react";
import type { Messages } from "@/messages/catalogue";

/** The one page that cannot be rendered on the server. It fetches its words when it is needed, and has English ones. */
const ENGLISH: Messages["broken"] = {
  heading: "This page has a problem",
  text: "A payment that you have made is not affected.",
  again: "Try again",
};

/** Shown when a page of ours breaks. It must not suggest anything about a payment that may be under way. */
export default function ErrorPage({ retry }: { error: unknown; retry: () => void }) {
  const [words, setWords] = useState(ENGLISH);
  useEffect(() => {
    import(`../messages/${document.documentElement.lang}.json`).then(
      ({ broken }) => setWords(broken),
      () => {},
    );
  }, []);
  return (
    <main className="card" data-tone="ended">
      <title>{words.heading}</title>
      <h1>{words.heading}</h1>
      <p>{words.text}</p>
      <button type="button" onClick={retry}>
        {words.again}
      </button>
    </main>
  );
}
