import { adminRoute } from "@/lib/merchant/admin-route";
import { exportOrders } from "@/lib/merchant/export";
import { parseOrderQuery } from "@/lib/merchant/find-orders";
import { refuseMethodsExcept } from "@/lib/web/api-route";

/** Seconds that a host with a time limit should give it: it walks through every order. */
export const maxDuration = 300;

export const GET = adminRoute(async (request, { flow }) => {
  const query = parseOrderQuery(new URL(request.url).searchParams);
  const rows = exportOrders(flow.store, { ...query, cursor: null });
  const encoder = new TextEncoder();
  // A store that fails on the way breaks the download off: a file that ends early must not look whole.
  const body = new ReadableStream<Uint8Array>({
    async pull(controller) {
      const { done, value } = await rows.next();
      if (done) controller.close();
      else controller.enqueue(encoder.encode(value));
    },
    async cancel() {
      await rows.return(undefined);
    },
  });
  const name = `payments-${new Date().toISOString().slice(0, 10)}.csv`;
  return new Response(body, {
    headers: { "Content-Type": "text/csv; charset=utf-8", "Content-Disposition": `attachment; filename="${name}"` },
  });
});

export const { DELETE, OPTIONS, PATCH, POST, PUT } = refuseMethodsExcept("GET");
