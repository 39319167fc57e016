/**
 * Opens the tab that will show the checkout. Only while a click is being handled: a tab that is opened after waiting for
 * the server is blocked. Null where there is none, and the checkout then opens in this one.
 */
export function openCheckoutTab({ sameTab, opening }: { sameTab: boolean; opening: string }): Window | null {
  if (sameTab) return null;
  // Not with `noopener`, which always answers null. The way back is cut right below instead.
  const tab = window.open("about:blank", "_blank");
  if (tab === null) return null;
  tab.opener = null;
  try {
    const { body, documentElement } = tab.document;
    tab.document.title = opening;
    documentElement.style.colorScheme = "light dark";
    body.style.cssText = "font:1.1rem system-ui;text-align:center;margin:40vh 1rem 0";
    body.textContent = opening;
  } catch {
    // A blank tab without words leads to the checkout all the same.
  }
  return tab;
}
