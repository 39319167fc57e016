"use client";

import { useEffect, useState } from "react";
import type { Messages } from "@/messages/catalogue";

/** The one page that cannot be rendered on the server. It loads its words when it is needed, and has English ones. */
const ENGLISH: Messages["broken"] = {
  heading: "Something went wrong on this page",
  text: "Payments that you have made are not affected.",
  again: "Try again",
};

/** Must not suggest anything about a payment that may be under way. */
export default function ErrorPage({ retry }: { retry: () => void }) {
  const [words, setWords] = useState(ENGLISH);
  useEffect(() => {
    import("@/messages/load-messages")
      // No language of ours where a browser's translation has written its own.
      .then(({ loadMessages }) => loadMessages(document.documentElement.lang))
      .then(
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
