import { setupForm } from "@/lib/merchant/setup/setup-routes";
import { refuseMethodsExcept } from "@/lib/web/api-route";

export const POST = setupForm;

export const { DELETE, GET, OPTIONS, PATCH, PUT } = refuseMethodsExcept("POST");
