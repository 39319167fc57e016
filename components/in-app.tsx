import type { Words } from "@/messages/words";
import { CopyField } from "./copy-field";
import type { TestId } from "./test-ids";

/**
 * Browsers inside other apps have no tabs: what they open is lost, or replaces the page without a way back, and wallets
 * cannot be reached from them. Android web views say "; wv", the others their names.
 */
const IN_APP = /FBA[NV]|Instagram|Line\/|MicroMessenger|TikTok|musical_ly|Snapchat|Twitter|; wv\)/;

export function isInApp(userAgent: string | null): boolean {
  return userAgent !== null && IN_APP.test(userAgent);
}

/** The way out, as an address to copy: whether such a browser lets a link open another one differs too much. */
export function InAppHint({ words: { t }, url }: { words: Words; url: string }) {
  return (
    <section className="card hint" data-testid={"in-app-hint" satisfies TestId}>
      <label htmlFor="address">{t("inApp.text")}</label>
      <CopyField id="address" text={url} copy={t("inApp.copy")} copied={t("inApp.copied")} />
    </section>
  );
}
