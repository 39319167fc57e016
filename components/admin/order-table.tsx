import type { PaymentStatus } from "@/lib/orders/status";
import { StatusBadge } from "./facts";

export type OrderRow = {
  readonly id: string;
  readonly href: string;
  readonly price: string;
  readonly name: string;
  readonly status: PaymentStatus;
  readonly statusText: string;
  readonly reasons: readonly string[];
  readonly time: string;
};

/** Each row leads to its order. On a phone the rows are cards. */
export function OrderTable({ rows, caption }: { rows: readonly OrderRow[]; caption: string }) {
  return (
    <table className="cards orders">
      <caption>{caption}</caption>
      <thead>
        <tr>
          <th scope="col">Amount</th>
          <th scope="col">Name</th>
          <th scope="col">Status</th>
          <th scope="col">Started</th>
        </tr>
      </thead>
      <tbody>
        {rows.map(({ id, href, price, name, status, statusText, reasons, time }) => (
          <tr key={id}>
            <th scope="row">
              <a href={href}>{price}</a>
            </th>
            <td data-name="Name">{name}</td>
            <td data-name="Status">
              <span>
                <StatusBadge status={status} label={statusText} />
                {reasons.length > 0 && <span className="reasons">{reasons.join(", ")}</span>}
              </span>
            </td>
            <td data-name="Started">{time}</td>
          </tr>
        ))}
      </tbody>
    </table>
  );
}
