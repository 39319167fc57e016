import { Facts, StatusBadge } from "@/components/admin/facts";
import { History } from "@/components/admin/history";
import { AttentionSection, EffectsSection, PaymentSection, RecordedRefunds } from "@/components/admin/order-sections";
import { Payouts } from "@/components/admin/payouts";
import { ActionForm, AdminShell } from "@/components/admin/shell";
import {
  effectRow,
  eventRow,
  orderFacts,
  paymentFacts,
  payoutSection,
  priceText,
  refundFacts,
} from "@/lib/merchant/order-details";
import { requireOrder } from "@/lib/merchant/require-session";
import { payerName, REASON_WORDS, STATUS_WORDS } from "@/lib/merchant/words";
import { type Order, openReasons } from "@/lib/orders/order";
import { getServices } from "@/lib/services";
import { siteConfig } from "@/site.config";

export const metadata = { title: `Payment · ${siteConfig.name}` };

export default async function Page({ params }: PageProps<"/admin/orders/[id]">) {
  const { id } = await params;
  const { csrfToken, flow, order } = await requireOrder(id);
  const { labelOf } = getServices();
  const events = await flow.store.events(order.id);
  const posting = { path: `/admin/orders/${order.id}`, csrfToken };
  const price = priceText(order);
  return (
    <AdminShell current="payments" siteName={siteConfig.name} csrfToken={csrfToken}>
      <a href="/admin">All payments</a>
      <div className="title">
        <h1>{price}</h1>
        <StatusBadge status={order.status} label={STATUS_WORDS[order.status]} />
        <p className="small">{payerName(order.payer)}</p>
      </div>
      <AttentionSection
        {...posting}
        reasons={openReasons(order).map((reason) => ({ reason, ...REASON_WORDS[reason] }))}
      />
      <section className="panel" aria-labelledby="details">
        <h2 id="details">Details</h2>
        <Facts facts={orderFacts(order)} />
      </section>
      <section className="panel" aria-labelledby="payments">
        <h2 id="payments">Checkouts</h2>
        {order.payments.length === 0 && <p>No checkout was opened.</p>}
        {order.payments.toReversed().map((payment) => (
          <PaymentSection
            {...posting}
            key={payment.paymentId}
            provider={payment.provider}
            paymentId={payment.paymentId}
            label={labelOf(payment.provider)}
            facts={paymentFacts(payment, labelOf)}
            canAccept={order.status !== "paid"}
            priceText={price}
          />
        ))}
        {order.status !== "paid" && order.payments.length > 0 && (
          <ActionForm action={`${posting.path}/check`} csrfToken={csrfToken} label="Check now" quiet />
        )}
      </section>
      <section className="panel" aria-labelledby="effects">
        <h2 id="effects">Follow-ups</h2>
        <EffectsSection {...posting} effects={order.effects.map(effectRow)} />
      </section>
      <section className="panel" aria-labelledby="refunds">
        <h2 id="refunds">Refunds</h2>
        <Payouts {...posting} {...payoutSection(flow, order)} />
        <RecordedRefunds {...posting} refunds={recorded(order)} coin={coinOf(order)} />
      </section>
      <section className="panel" aria-labelledby="wall">
        <h2 id="wall">Wall of supporters</h2>
        <p>{wallText(order)}</p>
        <ActionForm
          action={`${posting.path}/${order.hidden ? "show" : "hide"}`}
          csrfToken={csrfToken}
          label={order.hidden ? "Show on the wall" : "Hide from the wall"}
          quiet
        />
      </section>
      <section className="panel" aria-labelledby="history">
        <h2 id="history">History</h2>
        <History events={events.map(eventRow).toReversed()} />
      </section>
    </AdminShell>
  );
}

function wallText({ hidden, payer }: Order): string {
  if (hidden) return "This payment is hidden from the wall.";
  if (payer.name === null || payer.anonymous)
    return "The wall does not show this payment: its payer is not to be named.";
  return "The wall shows this payment once it is paid: its payer wants to be named.";
}

const recorded = ({ refunds }: Order) =>
  refunds
    .filter(({ kind }) => kind === "recorded")
    .map((refund) => ({ reference: refund.reference, facts: refundFacts(refund) }));

/** What the payer most probably sent. */
function coinOf({ payments }: Order): string {
  const { transaction, quote } = payments.findLast((payment) => payment.transaction !== null) ?? payments.at(-1) ?? {};
  return transaction?.coin ?? quote?.coin ?? "USDT";
}
