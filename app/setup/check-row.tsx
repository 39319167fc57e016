import type { ReactNode } from "react";
import { CHECKS, type Check, type CheckState } from "@/lib/merchant/setup/check";

/** Each state has a word and a shape of its own: color only repeats them. */
const STATES: Readonly<Record<CheckState, { readonly word: string; readonly outline: string; readonly mark: string }>> =
  {
    ok: { word: "OK", outline: "M12 2a10 10 0 1 0 0 20 10 10 0 0 0 0-20z", mark: "M7 12.5l3.5 3.5L17 9" },
    warning: { word: "Look at this", outline: "M12 2.5 22.5 21h-21z", mark: "M12 9v6M12 17.5v1" },
    failed: { word: "Wrong", outline: "M8 2h8l6 6v8l-6 6H8l-6-6V8z", mark: "M8.5 8.5l7 7M15.5 8.5l-7 7" },
    unknown: { word: "Not known yet", outline: "M12 3 21 12 12 21 3 12z", mark: "M8 12h8" },
  };

export function CheckRow({ check, children }: { check: Check; children: ReactNode }) {
  const { id, state, sentence, todo } = check;
  const { word, outline, mark } = STATES[state];
  return (
    <li id={id} data-state={state}>
      <svg viewBox="0 0 24 24" aria-hidden="true">
        <path d={outline} />
        <path d={mark} />
      </svg>
      <div>
        <h3>
          {CHECKS[id]} <span>{word}</span>
        </h3>
        <p>{sentence}</p>
        {/* A button says by itself what is to be done next. */}
        {todo && (state !== "unknown" || !children) && <p className="todo">{todo}</p>}
        {children}
      </div>
    </li>
  );
}
