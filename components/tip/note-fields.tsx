import type { TestId } from "../test-ids";
import { MESSAGE_MAX, NAME_MAX, type Prefill } from "./prefill";
import { TIP_WORDS } from "./tip-words";

/** Optional, so out of the way: the button stays on the first screen of a phone. Open when there is something in it. */
export function NoteFields({ prefill, merchant }: { prefill: Prefill; merchant: string }) {
  const invalid = (field: string) => prefill.problem?.field === field || undefined;
  return (
    <details open={prefill.name !== "" || prefill.message !== ""} data-testid={"tip-details" satisfies TestId}>
      <summary>{TIP_WORDS.addNote}</summary>
      <label htmlFor="name">{TIP_WORDS.name}</label>
      <input
        className="field"
        id="name"
        name="name"
        maxLength={NAME_MAX}
        autoComplete="name"
        defaultValue={prefill.name}
        aria-invalid={invalid("name")}
        aria-describedby="form-problem"
        data-testid={"tip-name" satisfies TestId}
      />
      <label>
        <input type="checkbox" name="anonymous" defaultChecked data-testid={"tip-anonymous" satisfies TestId} />
        {TIP_WORDS.anonymous(merchant)}
      </label>
      <label htmlFor="message">{TIP_WORDS.message}</label>
      <textarea
        id="message"
        name="message"
        maxLength={MESSAGE_MAX}
        rows={3}
        defaultValue={prefill.message}
        aria-invalid={invalid("message")}
        aria-describedby="form-problem"
        data-testid={"tip-message" satisfies TestId}
      />
    </details>
  );
}
