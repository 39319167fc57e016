import type { ReactNode } from "react";
import type { Words } from "@/messages/words";
import type { TestId } from "../test-ids";
import { ForgetOpenOrder, ReloadWhenBack } from "./notice-effects";

/** A page that has one thing to say. */
function Notice(props: { title: string; heading: string; testId: TestId; children: ReactNode }) {
  return (
    <main className="card" data-tone="ended" data-testid={props.testId}>
      <title>{props.title}</title>
      <h1>{props.heading}</h1>
      {props.children}
    </main>
  );
}

export function NotFoundNotice({ words: { t } }: { words: Words }) {
  return (
    <Notice title={t("notFound.title")} heading={t("notFound.heading")} testId="not-found">
      <ForgetOpenOrder />
      <p>{t("notFound.text")}</p>
      <a href="/">{t("notFound.home")}</a>
    </Notice>
  );
}

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
