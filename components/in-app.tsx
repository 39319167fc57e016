import type { ReactNode } from "react";
import type { Words } from "@/messages/words";
import type { TestId } from "./test-ids";

/**
 * Browsers inside other apps have no tabs: what they open is lost, or replaces the page without a way back, and wallets
 * cannot be reached from them. Most show their kind: Android web views say "; wv", those of iPhones and iPads leave out
 * "Safari/". The others say their names.
 */
const IN_APP =
  /\(iP(?:hone|ad|od)\b.*AppleWebKit(?!.*Safari\/)|; wv\)|FBA[NV]|Instagram|Barcelona|Line\/|MicroMessenger|TikTok|musical_ly|Snapchat|Twitter|LinkedInApp|KAKAOTALK|NAVER\(/;

export function isInApp(userAgent: string | null): boolean {
  return userAgent !== null && IN_APP.test(userAgent);
}

export const ADDRESS_FIELD = "address";

/**
 * The way out, as an address to copy: whether such a browser lets a link open another one differs too much. The field is
 * passed in, because only the order page can afford one with a button.
 */
export function InAppHint({ words: { t }, children }: { words: Words; children: ReactNode }) {
  return (
    <section className="card hint" data-testid={"in-app-hint" satisfies TestId}>
      <label htmlFor={ADDRESS_FIELD}>{t("inApp.text")}</label>
      {children}
    </section>
  );
}
