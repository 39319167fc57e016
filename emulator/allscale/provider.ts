import type { Provider } from "../core/provider";
import { Store } from "./account";
import { groups, handleApi, operations, refuseUnreadable } from "./api";
import { controlRoutes, sections } from "./control-routes";
import { apiFaults, faultFields } from "./faults";
import { handlePage } from "./hosted-pages";
import { scenarios } from "./scenarios";
import { settings } from "./settings";
import { signWebhook, webhookFaults } from "./webhooks";

/** The credentials of the first account, which are well known and open nothing but an emulator. */
export const defaultCredentials = { apiKey: "st_emulator_key", apiSecret: "st_emulator_secret_not_for_production" };

export const allscale: Provider<Store> = {
  title: "AllScale emulator",
  defaults: defaultCredentials,
  settings,
  operations: Object.keys(operations),
  groups,
  apiFaults,
  webhookFaults,
  faultFields,
  scenarios,
  tags: { intent_id: "intentId", order_id: "orderId", claim_link_id: "claimLinkId" },
  routes: controlRoutes,
  newAccount: (credentials) => new Store(credentials),
  handle: (host, request) => {
    if (request.path === "/v1" || request.path.startsWith("/v1/")) return handleApi(host, request);
    return { reply: handlePage(host, request) };
  },
  refuse: refuseUnreadable,
  signAgain: (store, delivery, url) => {
    const { apiKey, apiSecret } = store;
    const webhookId = String(delivery.webhookId);
    const signer = { url, apiKey, apiSecret, webhookId, timeMs: store.signingTimeMs() };
    return signWebhook({ ...signer, body: delivery.request?.body ?? "" });
  },
  sections,
};
