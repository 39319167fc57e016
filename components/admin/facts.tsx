import type { PaymentStatus } from "@/lib/orders/status";
import { STATUSES } from "@/lib/orders/status";

export type Fact = {
  readonly name: string;
  readonly text: string;
  readonly href?: string | undefined;
  readonly isCode?: boolean;
};

export function Facts({ facts }: { facts: readonly Fact[] }) {
  return (
    <dl>
      {facts.map((fact) => (
        <div key={fact.name}>
          <dt>{fact.name}</dt>
          <dd>
            <FactText fact={fact} />
          </dd>
        </div>
      ))}
    </dl>
  );
}

function FactText({ fact: { text, href, isCode } }: { fact: Fact }) {
  const shown = isCode ? <code>{text}</code> : text;
  if (href === undefined) return shown;
  return (
    <a href={href} rel="noreferrer noopener">
      {shown}
    </a>
  );
}

export function StatusBadge({ status, label }: { status: PaymentStatus; label: string }) {
  return (
    <span className="badge" data-tone={STATUSES[status].tone}>
      {label}
    </span>
  );
}
