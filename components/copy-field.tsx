"use client";

import { useRef, useState } from "react";

/** A text to take elsewhere, with a button that copies it. */
export function CopyField(props: { id: string; text: string; copy: string; copied: string }) {
  const { id, text, copy, copied } = props;
  const field = useRef<HTMLTextAreaElement>(null);
  const [done, setDone] = useState(false);

  async function copyText() {
    try {
      await navigator.clipboard.writeText(text);
      setDone(true);
    } catch {
      // Missing or refused in many apps. Then it is selected, for the payer to copy by hand.
      field.current?.select();
    }
  }

  return (
    <>
      {/* An address has to be seen whole to be checked, and an input cannot wrap. */}
      <textarea className="field" id={id} ref={field} readOnly value={text} rows={Math.ceil(text.length / 24)} />
      <button type="button" className="field" onClick={copyText}>
        <span aria-live="polite">{done ? copied : copy}</span>
      </button>
    </>
  );
}
