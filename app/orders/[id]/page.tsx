import type { Metadata } from "next";
import { headers } from "next/headers";
import { notFound } from "next/navigation";
import { Avatar } from "@/components/avatar";
import { CopyField } from "@/components/copy-field";
import { ADDRESS_FIELD, InAppHint, isInApp } from "@/components/in-app";
import { LanguageSwitch } from "@/components/language-switch";
import { moneyText } from "@/components/money-text";
import { Unavailable } from "@/components/order/notices";
import { OrderTracker } from "@/components/order/order-tracker";
import { orderWords } from "@/components/order/order-words";
import { PayTo } from "@/components/order/pay-to";
import { PhoneCodes } from "@/components/order/phone-codes";
import { LastingFacts, SentRefunds } from "@/components/order/receipt";
import { problemSentence } from "@/components/problems";
import { readOrder } from "@/lib/checkout/read";
import { reconcileOnVisit } from "@/lib/checkout/reconcile";
import { log } from "@/lib/log";
import { StoreUnavailableError } from "@/lib/orders/order-store";
import { getServices } from "@/lib/services";
import { clientAddress } from "@/lib/web/arrival";
import type { OrderView } from "@/lib/web/contract";
import { requestWords } from "@/messages/request-words";
import { siteConfig } from "@/site.config";
import "./order.css";

/** Who knows the address sees the payment, so no search engine may list it and no other site may learn it. */
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
  // Before anything is deferred: once the visitor has left, deferred work runs and Next refuses to read headers.
  const sent = await headers();
  const loaded = await loadOrder(id, sent);
  if (loaded === null) notFound();
  if (loaded === "unavailable") return <Unavailable words={words} orderId={id} />;
  const { order, item } = loaded;
  const { name, contact, thanks, locale } = siteConfig;
  const merchant = { name, contact };
  const { language, messages, t } = words;
  const { checkoutUrl, payTo, expiresAt } = order;
  const money = moneyText(order.amount, { currency: order.currency, language });
  const texts = orderWords(messages, { merchant, provider: order.provider });
  const pageUrl = `${getServices().settings.publicUrl}/orders/${order.orderId}`;
  return (
    <>
      <nav className="home">
        <a href="/">
          <Avatar site={siteConfig} />
          {name}
        </a>
      </nav>
      {isInApp(sent.get("user-agent")) && (
        <InAppHint words={words}>
          <CopyField id={ADDRESS_FIELD} text={pageUrl} copy={t("inApp.copy")} copied={t("inApp.copied")} />
        </InAppHint>
      )}
      <OrderTracker
        initial={order}
        amountText={item === null ? money : `${item} · ${money}`}
        language={language}
        merchant={merchant}
        words={texts}
        problem={typeof error === "string" && !order.paid ? problemSentence(error, messages.problems) : null}
        lastingFacts={
          <>
            <SentRefunds order={order} language={language} words={texts.receipt} />
            <LastingFacts order={order} merchantName={name} language={language} words={texts.receipt} />
          </>
        }
        thanks={thanks && <p lang={locale === language ? undefined : locale}>{thanks}</p>}
        phoneCodes={checkoutUrl && <PhoneCodes words={words} checkoutUrl={checkoutUrl} pageUrl={pageUrl} />}
        payTo={
          payTo && <PayTo words={words} payTo={payTo} leftMs={expiresAt ? Date.parse(expiresAt) - Date.now() : null} />
        }
      />
      <footer className="home">
        <LanguageSwitch words={words} />
      </footer>
    </>
  );
}

type LoadedOrder = { readonly order: OrderView; readonly item: string | null };

/** What the payer chose, in the words of the shop. Of an item that is no longer sold, its id; null where there are no items. */
function itemLabel(item: string | undefined): string | null {
  if (item === undefined) return null;
  return siteConfig.items.find(({ id }) => id === item)?.label ?? item;
}

/** Null when there is none. A view of the page asks the provider under the same limit as a poll; above it, it shows what is stored. */
async function loadOrder(id: string, sent: Headers): Promise<LoadedOrder | null | "unavailable"> {
  const { flow, limiter, settings, viewOf } = getServices();
  if (flow === null) return "unavailable";
  reconcileOnVisit(flow);
  try {
    const address = clientAddress(sent, settings.trustedProxyHops);
    const mayAsk = limiter.take({ policy: "status", address }).then(({ ok }) => ok);
    const read = await readOrder(flow, id, { mayAsk });
    return read.ok ? { order: viewOf(read.order, read), item: itemLabel(read.order.item) } : null;
  } catch (error) {
    if (!(error instanceof StoreUnavailableError)) throw error;
    log.error("store_unavailable", error, { page: "order" });
    return "unavailable";
  }
}
