import { BarChart } from "@/components/admin/bar-chart";
import { AdminShell } from "@/components/admin/shell";
import { requirePayments } from "@/lib/merchant/require-session";
import { barsByCurrency, parseRange, totalRows } from "@/lib/merchant/totals";
import { getServices } from "@/lib/services";
import { siteConfig } from "@/site.config";

export const metadata = { title: `Totals · ${siteConfig.name}` };

export default async function Page({ searchParams }: PageProps<"/admin/totals">) {
  const { csrfToken, flow } = await requirePayments();
  const range = parseRange(await searchParams, Date.now());
  const days = await flow.store.days(range);
  const real = days.filter(({ testStore }) => !testStore);
  const { unit, charts } = barsByCurrency(real.length > 0 ? real : days, range);
  // With several providers it is not known which payment was whose.
  const [provider, ...others] = getServices().settings.providers;
  const fee = (others.length === 0 && provider?.publishedFee) || null;
  return (
    <AdminShell current="totals" siteName={siteConfig.name} csrfToken={csrfToken}>
      <h1>Totals</h1>
      <form className="range" action="/admin/totals">
        <label>
          From <input className="field" type="date" name="from" defaultValue={range.from} required />
        </label>
        <label>
          To <input className="field" type="date" name="to" defaultValue={range.to} required />
        </label>
        <button type="submit" className="quiet">
          Show
        </button>
      </form>
      <section className="panel" aria-label="Sums">
        {days.length === 0 ? (
          <p>Nothing was paid in this time.</p>
        ) : (
          <table className="cards">
            <caption>
              Paid from {range.from} to {range.to} (UTC)
            </caption>
            <thead>
              <tr>
                <th scope="col">Paid</th>
                <th scope="col">Payments</th>
                <th scope="col">Received</th>
                <th scope="col">Fees</th>
                <th scope="col">Net</th>
              </tr>
            </thead>
            <tbody>
              {totalRows(days, fee).map(({ key, price, testStore, count, received, fee: kept, net }) => (
                <tr key={key}>
                  <th scope="row">{testStore ? `${price} in the test store: no real money` : price}</th>
                  <td data-name="Payments">{count}</td>
                  <td data-name="Received">{received}</td>
                  <td data-name="Fees">{kept}</td>
                  <td data-name="Net">{net}</td>
                </tr>
              ))}
            </tbody>
          </table>
        )}
        <p className="small">
          Paid is the sum of the prices, by the day on which each payment was confirmed or accepted; refunds are not
          taken off. A confirmation does not say what the provider kept. {fee?.source}
        </p>
      </section>
      {charts.map(({ currency, bars }) => (
        <section className="panel" key={currency} aria-label={`Chart of ${currency}`}>
          <BarChart currency={currency} unit={unit} bars={bars} />
        </section>
      ))}
    </AdminShell>
  );
}
