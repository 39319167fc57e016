import { adminForm, seeOther } from "@/lib/merchant/admin-route";
import { noticePage } from "@/lib/merchant/notice";
import { ACTION_REFUSALS, runAction } from "@/lib/merchant/order-actions";
import { refuseMethodsExcept } from "@/lib/web/api-route";

/** What the forms of an order's page do. */
export const POST = adminForm<{ id: string; action: string }>(async (form, { flow, params }) => {
  const { id, action } = params;
  const result = await runAction(flow, { id, action, form });
  if (result === null) {
    return noticePage({ status: 404, title: "Not found", text: "These pages have no such form." });
  }
  const back = `/admin/orders/${id}`;
  if (result.ok) return seeOther(back);
  const { status, text } = ACTION_REFUSALS[result.refusal];
  return noticePage({ status, title: "Nothing was changed", text, link: { href: back, label: "Back to the payment" } });
});

export const { DELETE, GET, OPTIONS, PATCH, PUT } = refuseMethodsExcept("POST");
