import { Fragment } from "react";
import { Facts } from "@/components/admin/facts";
import { ActionForm, AdminShell } from "@/components/admin/shell";
import { ACTION_REFUSALS, plannedRefund } from "@/lib/merchant/order-actions";
import { requireOrder } from "@/lib/merchant/require-session";
import { NOTE_MAX_LENGTH } from "@/lib/orders/order";
import { siteConfig } from "@/site.config";

export const metadata = { title: `Refund · ${siteConfig.name}` };

/** Says what a refund comes to, and asks again. Nothing has been done when this page is shown. */
export default async function Page({ params, searchParams }: PageProps<"/admin/orders/[id]/send-back">) {
  const { id } = await params;
  const { csrfToken, flow, order } = await requireOrder(id);
  const query = await searchParams;
  const planned = plannedRefund(flow, order, (name) => String(query[name] ?? ""));
  const path = `/admin/orders/${order.id}`;
  return (
    <AdminShell current="payments" siteName={siteConfig.name} csrfToken={csrfToken}>
      <a href={path}>Back to the payment</a>
      {!planned.ok && (
        <section className="panel attention" aria-labelledby="refused">
          <h1 id="refused">Nothing was sent</h1>
          <p role="alert">{ACTION_REFUSALS[planned.refusal].text}</p>
        </section>
      )}
      {planned.ok && (
        <section className="panel" aria-labelledby="confirm">
          <h1 id="confirm">
            Send {planned.amount} {planned.coin} back?
          </h1>
          <Facts
            facts={[
              { name: "Through", text: planned.label },
              ...(planned.network === null ? [] : [{ name: "Network", text: planned.network }]),
            ]}
          />
          <p>
            {planned.receiverFields.length === 0
              ? "You get a link to give to the payer, who collects the money with it. Until it is collected you can cancel it."
              : "The money goes to the bank account below. Check it with the payer: once the bank has it, it cannot be called back."}{" "}
            The payment itself stays as it is.
          </p>
          <ActionForm
            action={`${path}/send-refund`}
            csrfToken={csrfToken}
            label={`Send ${planned.amount} ${planned.coin}`}
          >
            <input type="hidden" name="number" value={planned.number} />
            <input type="hidden" name="coin" value={planned.coin} />
            <input type="hidden" name="amount" value={planned.amount} />
            {planned.receiverFields.map(({ id, label, pattern, form, isRequired }) => (
              <Fragment key={id}>
                <label htmlFor={id}>
                  {label}
                  {isRequired ? "" : " (optional)"}
                </label>
                <input
                  className="field"
                  id={id}
                  name={id}
                  required={isRequired}
                  pattern={pattern}
                  title={form}
                  autoComplete="off"
                />
              </Fragment>
            ))}
            <label htmlFor="message">Message to the payer (optional)</label>
            <input
              className="field"
              id="message"
              name="message"
              maxLength={NOTE_MAX_LENGTH}
              defaultValue={`Refund from ${siteConfig.name}`}
            />
            <label>
              <input type="checkbox" name="confirm" value="yes" required /> Yes, this money is to leave my account
            </label>
          </ActionForm>
        </section>
      )}
    </AdminShell>
  );
}
