import type { Words } from "@/messages/words";
import type { TestId } from "../test-ids";
import { MESSAGE_MAX, NAME_MAX, type Prefill } from "./prefill";

/** Optional, so out of the way: the button stays on the first screen of a phone. Open when there is something in it. */
export function NoteFields({ words, prefill, merchant }: { words: Words; prefill: Prefill; merchant: string }) {
  const { t } = words;
  const invalid = (field: string) => prefill.problem?.field === field || undefined;
  return (
    <details open={prefill.name !== "" || prefill.message !== ""} data-testid={"tip-details" satisfies TestId}>
      <summary>{t("tip.addNote")}</summary>
      <label htmlFor="name">{t("tip.name")}</label>
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
        <input
          type="checkbox"
          name="anonymous"
          defaultChecked={prefill.anonymous}
          data-testid={"tip-anonymous" satisfies TestId}
        />
        {t("tip.anonymous", { merchant })}
      </label>
      <label htmlFor="message">{t("tip.message")}</label>
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
