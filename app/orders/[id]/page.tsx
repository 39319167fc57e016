import type { Metadata } from "next";
import { notFound } from "next/navigation";
import { Avatar } from "@/components/avatar";
import { moneyText } from "@/components/money-text";
import { OrderTracker } from "@/components/order/order-tracker";
import { ORDER_WORDS, stateWords } from "@/components/order/order-words";
import { Unavailable } from "@/components/order/unavailable";
import { loadOrderView } from "@/lib/checkout/order-page";
import { reconcileAfterResponse } from "@/lib/checkout/reconcile-after";
import { siteConfig } from "@/site.config";
import "./order.css";

/** Who knows the address sees the order, so no search engine may list it and no other site may learn it. */
export const metadata: Metadata = { robots: { index: false, follow: false }, referrer: "no-referrer" };

export default async function Page({ params, searchParams }: PageProps<"/orders/[id]">) {
  const { id } = await params;
  const { error } = await searchParams;
  const order = await loadOrderView(id);
  reconcileAfterResponse();
  if (order === null) notFound();
  if (order === "unavailable") return <Unavailable orderId={id} />;
  const { name, contact, locale } = siteConfig;
  return (
    <>
      <nav className="home">
        <a href="/">
          <Avatar site={siteConfig} />
          {name}
        </a>
      </nav>
      <OrderTracker
        initial={order}
        amountText={moneyText(order.amount, order.currency, locale)}
        locale={locale}
        merchant={{ name, contact }}
        states={stateWords(name)}
        words={ORDER_WORDS}
        notStarted={error !== undefined}
      />
    </>
  );
}
