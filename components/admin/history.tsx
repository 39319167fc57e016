type EventRow = {
  /** Its place in the history, which only grows at its end. */
  readonly key: number;
  readonly time: string;
  readonly title: string;
  readonly by: string;
  readonly change: string | null;
  readonly details: readonly { readonly name: string; readonly text: string }[];
};

/** Everything that happened to an order, the newest first. */
export function History({ events }: { events: readonly EventRow[] }) {
  return (
    <ol className="history">
      {events.map(({ time, title, by, change, details, key }) => (
        <li key={key}>
          <p>
            <strong>{title}</strong> <span className="small">by {by}</span>
          </p>
          {change && <p>{change}</p>}
          <p className="small">{time}</p>
          {details.length > 0 && (
            <details>
              <summary>Details</summary>
              <ul>
                {details.map(({ name, text }) => (
                  <li key={name}>
                    {name}: <code>{text}</code>
                  </li>
                ))}
              </ul>
            </details>
          )}
        </li>
      ))}
    </ol>
  );
}
