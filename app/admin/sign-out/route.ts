import { seeOther, sessionCookie, storelessAdminForm } from "@/lib/merchant/admin-route";
import { refuseMethodsExcept } from "@/lib/web/api-route";

export const POST = storelessAdminForm(async (_form, { services }) =>
  seeOther("/admin/sign-in", { "Set-Cookie": sessionCookie(null, services.settings.publicUrl) }),
);

export const { DELETE, GET, OPTIONS, PATCH, PUT } = refuseMethodsExcept("POST");
