import { scaleBand, scaleLinear } from "d3-scale";
import { formatAmountForPeople } from "@/lib/money/amount";
import type { Currency } from "@/lib/money/currency";

type Bar = { readonly label: string; readonly count: number; readonly minor: number };
type ChartProps = { readonly currency: Currency; readonly unit: "day" | "month"; readonly bars: readonly Bar[] };

/** Units of the drawing, which is stretched to the width of the page. Its words, which must not be, stand around it. */
const WIDTH = 1000;
const HEIGHT = 200;
const LINES = 4;

/** Payments by day or month as bars, with the numbers below. */
export function BarChart({ currency, unit, bars }: ChartProps) {
  const text = (minor: number) => formatAmountForPeople({ currency, minor }, "en");
  const most = Math.max(...bars.map(({ minor }) => minor), 1);
  const y = scaleLinear([0, most], [HEIGHT, 0]).nice(LINES);
  const x = scaleBand(
    bars.map(({ label }) => label),
    [0, WIDTH],
  ).paddingInner(0.2);
  const ticks = y.ticks(LINES);
  const top = ticks.at(-1) ?? most;
  const paid = bars.filter(({ count }) => count > 0);
  const [first, last] = [bars.at(0)?.label, bars.at(-1)?.label];
  return (
    <figure className="chart">
      <figcaption>
        {currency} by {unit}
      </figcaption>
      <p className="small">{text(top)}</p>
      <svg
        viewBox={`0 0 ${WIDTH} ${HEIGHT}`}
        preserveAspectRatio="none"
        role="img"
        aria-label={`Paid in ${currency} by ${unit}`}
      >
        {ticks.map((tick) => (
          <line key={tick} x1={0} x2={WIDTH} y1={y(tick)} y2={y(tick)} vectorEffect="non-scaling-stroke" />
        ))}
        {paid.map(({ label, minor }) => (
          <rect key={label} x={x(label)} y={y(minor)} width={x.bandwidth()} height={HEIGHT - y(minor)}>
            <title>{`${label}: ${text(minor)}`}</title>
          </rect>
        ))}
      </svg>
      <p className="small ends">
        <span>{first}</span>
        <span>{last}</span>
      </p>
      <details>
        <summary>The numbers of this chart</summary>
        <table>
          <thead>
            <tr>
              <th scope="col">{unit === "day" ? "Day (UTC)" : "Month (UTC)"}</th>
              <th scope="col" className="number">
                Payments
              </th>
              <th scope="col" className="number">
                Paid
              </th>
            </tr>
          </thead>
          <tbody>
            {paid.toReversed().map(({ label, count, minor }) => (
              <tr key={label}>
                <th scope="row">{label}</th>
                <td className="number">{count}</td>
                <td className="number">{text(minor)}</td>
              </tr>
            ))}
          </tbody>
        </table>
      </details>
    </figure>
  );
}
