import { OrderTable } from "@/components/admin/order-table";
import { AdminShell } from "@/components/admin/shell";
import { reconcileOnVisit } from "@/lib/checkout/reconcile";
import { FILTERS, findOrders, parseOrderQuery, queryAddress } from "@/lib/merchant/find-orders";
import { orderRow } from "@/lib/merchant/order-details";
import { requirePayments } from "@/lib/merchant/require-session";
import { siteConfig } from "@/site.config";

const PAGE_SIZE = 50;
/** Above the list; the rest is behind its filter. */
const FIRST_TO_SEE = 10;

export const metadata = { title: `Payments · ${siteConfig.name}` };

export default async function Page({ searchParams }: PageProps<"/admin">) {
  const { csrfToken, flow } = await requirePayments();
  const query = parseOrderQuery(onlyTexts(await searchParams));
  const { filter, text, cursor } = query;
  const isStart = filter === "all" && text === "" && cursor === null;
  reconcileOnVisit(flow);
  const [attention, page] = await Promise.all([
    isStart ? flow.store.list({ filter: "attention", cursor: null, limit: FIRST_TO_SEE }) : null,
    findOrders(flow.store, query, PAGE_SIZE),
  ]);
  return (
    <AdminShell current="payments" siteName={siteConfig.name} csrfToken={csrfToken}>
      <h1>Payments</h1>
      <search>
        <form className="search" action="/admin">
          <input
            className="field"
            type="search"
            name="q"
            aria-label="Search by reference, payment id, transaction, name or amount"
            placeholder="Name, amount, reference or transaction"
            defaultValue={text}
          />
          <button type="submit" className="quiet">
            Search
          </button>
        </form>
      </search>
      <nav aria-label="Filters">
        {FILTERS.map((each) => (
          <a
            key={each.filter}
            href={queryAddress("/admin", { filter: each.filter, text: "", cursor: null })}
            aria-current={text === "" && each.filter === filter ? "true" : undefined}
          >
            {each.label}
          </a>
        ))}
      </nav>
      {attention !== null && attention.orders.length > 0 && (
        <section className="panel attention" aria-label="Needs attention">
          <OrderTable rows={attention.orders.map(orderRow)} caption="Needs attention" />
          {attention.next && <a href="/admin?filter=attention">All that need attention</a>}
        </section>
      )}
      <section className="panel" aria-label="List">
        {page.orders.length + page.unreadable.length === 0 ? (
          <p>{isStart ? "No payment has been started yet." : "There is no such payment."}</p>
        ) : (
          <OrderTable rows={page.orders.map(orderRow)} caption={captionOf(query)} />
        )}
        {page.unreadable.length > 0 && (
          <p role="alert">
            This version of the app cannot read {page.unreadable.length} of the payments here:{" "}
            {page.unreadable.join(", ")}
          </p>
        )}
        <div className="ends">
          {cursor && <a href={queryAddress("/admin", { ...query, cursor: null })}>To the newest</a>}
          {page.next && <a href={queryAddress("/admin", { ...query, cursor: page.next })}>Older</a>}
          <a href={queryAddress("/admin/export.csv", { ...query, cursor: null })}>Export as CSV</a>
        </div>
      </section>
    </AdminShell>
  );
}

function captionOf({ filter, text }: ReturnType<typeof parseOrderQuery>): string {
  if (text !== "") return `Found for “${text}”`;
  return FILTERS.find((each) => each.filter === filter)?.label ?? "";
}

function onlyTexts(query: Record<string, string | string[] | undefined>): URLSearchParams {
  const texts = Object.entries(query).filter((pair): pair is [string, string] => typeof pair[1] === "string");
  return new URLSearchParams(texts);
}
