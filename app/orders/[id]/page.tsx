import type { Metadata } from "next";
import { headers } from "next/headers";
import { notFound } from "next/navigation";
import { Avatar } from "@/components/avatar";
import { CopyField } from "@/components/copy-field";
import { ADDRESS_FIELD, InAppHint, isInApp } from "@/components/in-app";
import { LanguageSwitch } from "@/components/language-switch";
import { moneyText } from "@/components/money-text";
import { LastingFacts } from "@/components/order/facts";
import { OrderTracker } from "@/components/order/order-tracker";
import { orderWords } from "@/components/order/order-words";
import { PhoneCodes } from "@/components/order/phone-codes";
import { Unavailable } from "@/components/order/unavailable";
import { loadOrderView } from "@/lib/checkout/order-page";
import { reconcileAfterResponse } from "@/lib/checkout/reconcile-after";
import { getServices } from "@/lib/services";
import { requestWords } from "@/messages/request-words";
import { siteConfig } from "@/site.config";
import "./order.css";

/** Who knows the address sees the order, so no search engine may list it and no other site may learn it. */
export const metadata: Metadata = {
  robots: { index: false, follow: false },
  referrer: "no-referrer",
  // A transaction's hash is no telephone number.
  formatDetection: { telephone: false },
};

export default async function Page({ params, searchParams }: PageProps<"/orders/[id]">) {
  const { id } = await params;
  const { error } = await searchParams;
  const words = await requestWords();
  const order = await loadOrderView(id);
  reconcileAfterResponse();
  if (order === null) notFound();
  if (order === "unavailable") return <Unavailable words={words} orderId={id} />;
  const { name, contact } = siteConfig;
  const { language } = words;
  const { checkoutUrl } = order;
  const texts = orderWords(words, { name, contact });
  const pageUrl = `${getServices().settings.publicUrl}/orders/${order.orderId}`;
  return (
    <>
      <nav className="home">
        <a href="/">
          <Avatar site={siteConfig} />
          {name}
        </a>
      </nav>
      {isInApp((await headers()).get("user-agent")) && (
        <InAppHint words={words}>
          <CopyField id={ADDRESS_FIELD} text={pageUrl} copy={words.t("inApp.copy")} copied={words.t("inApp.copied")} />
        </InAppHint>
      )}
      <OrderTracker
        initial={order}
        amountText={moneyText(order.amount, order.currency, language)}
        locale={language}
        merchant={{ name, contact }}
        words={texts}
        lastingFacts={<LastingFacts order={order} merchantName={name} locale={language} words={texts.facts} />}
        notStarted={error !== undefined}
        phoneCodes={checkoutUrl && <PhoneCodes words={words} checkoutUrl={checkoutUrl} pageUrl={pageUrl} />}
      />
      <footer className="home">
        <LanguageSwitch words={words} />
      </footer>
    </>
  );
}
