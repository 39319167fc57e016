import type { Words } from "@/messages/words";
import { Notice } from "../notice";
import { ReloadWhenBack } from "./reload-when-back";

/** The store did not answer. That says nothing about the payment, so the page stays calm and tries again by itself. */
export function Unavailable({ words: { t }, orderId }: { words: Words; orderId: string }) {
  return (
    <Notice title={t("unavailable.title")} heading={t("unavailable.heading")} testId="order-unavailable">
      <ReloadWhenBack orderId={orderId} />
      <p>{t("unavailable.text")}</p>
      <a href={`/orders/${encodeURIComponent(orderId)}`}>{t("unavailable.again")}</a>
    </Notice>
  );
}
