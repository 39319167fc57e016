import type { Words } from "@/messages/words";
import type { TestId } from "./test-ids";

/**
 * Browsers inside other apps have no tabs: what they open is lost, or replaces the page without a way back, and wallets
 * cannot be reached from them. Android web views say "; wv", the others their names.
 */
const IN_APP = /FBA[NV]|Instagram|Line\/|MicroMessenger|TikTok|musical_ly|Snapchat|Twitter|; wv\)/;

export function isInApp(userAgent: string | null): boolean {
  return userAgent !== null && IN_APP.test(userAgent);
}

/** The way out, as an address to copy: what such a browser lets a button do differs too much. */
export function InAppHint({ words: { t }, url }: { words: Words; url: string }) {
  return (
    <aside className="card hint" data-testid={"in-app-hint" satisfies TestId}>
      <label htmlFor="address">{t("inApp.text")}</label>
      <input className="field" id="address" readOnly value={url} />
    </aside>
  );
}
