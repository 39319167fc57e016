import { randomBytes, randomUUID } from "node:crypto";
import { confirmation, signWebhook } from "../../e2e/support/sign-webhook";
import { type Check, must, mustRefuse, type Site, withoutId } from "./check";

const PATH = "/api/webhooks/allscale";
const UNAUTHENTICATED = { status: 401, code: "unauthenticated" };

const otherProvider = ({ provider }: Site) =>
  provider === null || provider === "allscale" ? null : `payments go through ${provider}`;

const seconds = () => Math.floor(Date.now() / 1000);

/** Of a payment that is nowhere, so that it could not be settled even by a server that believes it. */
const unknownPayment = () =>
  confirmation({ all_scale_checkout_intent_id: randomBytes(12).toString("hex"), order_id: null });

type Parts = Partial<Parameters<typeof signWebhook>[0]>;

function deliver({ url, client, credentials }: Site, parts: Parts, changes: { header?: string; body?: string } = {}) {
  // Without credentials it is signed for a store that there is not.
  const { apiKey, apiSecret } = credentials ?? { apiKey: "st_smoke_test", apiSecret: randomUUID() };
  const signed = signWebhook({ url: url + PATH, apiKey, apiSecret, body: unknownPayment(), ...parts });
  const headers = Object.fromEntries(Object.entries(signed.headers).filter(([name]) => name !== changes.header));
  return client.request("POST", PATH, { headers, body: changes.body ?? signed.body });
}

export const refusedWebhooks: Check = {
  id: "webhook-refused",
  title: "webhooks that the provider did not sign are refused, all alike",
  skips: otherProvider,
  async run(site) {
    const apiSecret = randomUUID();
    const unsigned = await site.client.request("POST", PATH, { body: unknownPayment() });
    const answers = {
      "without headers": unsigned,
      "without a signature": await deliver(site, {}, { header: "x-webhook-signature" }),
      "without a nonce": await deliver(site, {}, { header: "x-webhook-nonce" }),
      "signed with another secret": await deliver(site, { apiSecret }),
      "five minutes old": await deliver(site, { apiSecret, timestamp: seconds() - 310 }),
      "of another store": await deliver(site, { apiKey: "st_other_store", apiSecret }),
      "that is not JSON": await deliver(site, { apiSecret, webhookId: "wh_x", body: "{" }),
    };
    for (const [kind, answer] of Object.entries(answers)) mustRefuse(`A webhook ${kind}`, answer, UNAUTHENTICATED);
    const bodies = new Set(Object.values(answers).map(withoutId));
    must(bodies.size === 1, "The answers differ, so a forger learns from them.");
    const untried = site.credentials === null ? ", none of them with this store's key" : "";
    return `${Object.keys(answers).length} kinds, 401${untried}`;
  },
};

export const signedWebhooks: Check = {
  id: "webhook-signed",
  title: "a true webhook counts only as it was sent, and only once it is stored",
  skips: (site) =>
    otherProvider(site) ??
    (site.credentials === null ? "set ALLSCALE_API_KEY and ALLSCALE_API_SECRET of the deployment to check it" : null),
  async run(site) {
    const answer = await deliver(site, {});
    must(answer.status !== 401, "A well-signed webhook is refused. Are these the credentials of this deployment?");
    // 200 would say that it is stored, and it would never be sent again.
    mustRefuse("A well-signed webhook of an unknown payment", answer, { status: 503, code: "unknown_payment" });
    const late = await deliver(site, { timestamp: seconds() - 310 });
    mustRefuse("A well-signed webhook that is five minutes old", late, UNAUTHENTICATED);
    const early = await deliver(site, { timestamp: seconds() + 330 });
    mustRefuse("A well-signed webhook from the future", early, UNAUTHENTICATED);
    const changed = await deliver(site, {}, { body: unknownPayment() });
    mustRefuse("A webhook whose body was changed", changed, UNAUTHENTICATED);
    const moved = await deliver(site, { signedUrl: `${site.url}/api/webhooks/elsewhere` });
    mustRefuse("A webhook that was signed for another address", moved, UNAUTHENTICATED);
    return "503 for an unknown payment; late, early, changed and moved are 401";
  },
};
