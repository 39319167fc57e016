import type { OnPaid } from "@/lib/checkout/flow";

/**
 * What a fork edits: deliver the goods here. It runs after an order became paid and after the answer was sent. If it throws
 * or takes longer than 30 seconds (`context.signal`), page visits and `/api/cron/reconcile` run it again, with growing gaps,
 * until it succeeds; neither the payment nor the webhook's answer changes. It can run twice: use `order.id` as the key under
 * which you deliver once. Look at `order.attention` first if a late or double payment needs a decision of yours.
 */
export const onPaid: OnPaid = async (_order, _context) => {};
