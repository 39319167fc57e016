import "server-only";
import { isDevelopment } from "@/lib/env";
import { foreignForm, seeOther, storelessAdminForm } from "@/lib/merchant/admin-route";
import { noticePage } from "@/lib/merchant/notice";
import { sendTestNotifications } from "@/lib/merchant/notify/notify";
import { getServices, type Services } from "@/lib/services";
import { webhookUrlOf } from "@/lib/settings";
import { apiRoute } from "@/lib/web/api-route";
import { isFromOwnPage } from "@/lib/web/form";
import { REFUSALS } from "@/lib/web/refusals";
import { isTrial, rememberTestNotifications, sendTestWebhook, startTestPayment } from "./trials";

/** Within the five seconds after which a merchant would press the button again. */
const WEBHOOK_TIMEOUT_MS = 4_000;

type Params = { readonly trial: string };

/** The forms of `/setup`. Like the page, they need a session except in development. */
export const setupForm = async (request: Request, context: { params: Promise<Params> }): Promise<Response> =>
  isDevelopment() ? await openForm(request, context) : await signedInForm(request, context);

const signedInForm = storelessAdminForm<Params>((_form, { services, params }) => tryOut(params.trial, services));

const openForm = apiRoute<Params>(async (request, params) => {
  const services = getServices();
  return isFromOwnPage(request, services.settings.publicUrl) ? await tryOut(params.trial, services) : foreignForm();
});

const PAGE = "/setup";

async function tryOut(trial: string, services: Services): Promise<Response> {
  const { flow, provider, shop, settings, notifyContext } = services;
  const back = { href: PAGE, label: "Back to the setup" };
  if (flow === null) {
    const text = "No order store is set up, so nothing can be tried out.";
    return noticePage({ status: 503, title: "Not set up yet", text, link: back });
  }
  if (trial === "test-webhook" && provider?.signTestWebhook !== undefined) {
    const { name, signTestWebhook } = provider;
    const url = webhookUrlOf(settings.publicUrl, name);
    await sendTestWebhook(flow, { name, signTestWebhook }, { url, timeoutMs: WEBHOOK_TIMEOUT_MS });
    return seeOther(`${PAGE}#webhook_test`);
  }
  if (trial === "test-notifications") {
    await rememberTestNotifications(flow, await sendTestNotifications(settings.notify, notifyContext));
    return seeOther(`${PAGE}#notifications`);
  }
  if (trial === "test-payment" && shop !== null && isTrial(settings.opener, provider)) {
    const started = await startTestPayment(flow, shop);
    if (started.ok) return seeOther(started.checkoutUrl);
    const { code, detail, errors = [] } = started.refusal;
    const text = [detail, ...errors.map(({ field, message }) => `${field}: ${message}.`)].join(" ");
    return noticePage({ status: REFUSALS[code].status, title: "No payment was opened", text, link: back });
  }
  const text = "This cannot be tried with the settings as they are. Nothing was done.";
  return noticePage({ status: 404, title: "Not possible here", text, link: back });
}
