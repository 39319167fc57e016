import type { Account } from "../state/account";
import { signingFacts } from "./deliver";
import type { Delivery, SentRequest } from "./delivery";
import { send } from "./send";
import { signWebhook } from "./sign-webhook";

export interface Replay {
  /** The very bytes and headers of then, or the same body with a fresh timestamp, nonce and signature. */
  readonly raw: boolean;
  /** Where to, when not where it went. */
  readonly url: string | null;
}

/** Sends a logged delivery once more and resolves when it was answered. It is not tried again. */
export function replay(account: Account, delivery: Delivery, { raw, url }: Replay): Promise<Delivery> {
  const { webhookId, transactionId, intentId } = delivery;
  return send(account, {
    kind: raw ? "raw_replay" : "replay",
    event: { webhookId, transactionId, intentId },
    attempt: delivery.attempt,
    request: raw ? rawRequest(delivery, url) : signedAgain(account, delivery, url),
  });
}

function rawRequest(delivery: Delivery, url: string | null): SentRequest {
  return url === null ? delivery.request : { ...delivery.request, url };
}

function signedAgain(account: Account, { request, webhookId }: Delivery, url: string | null): SentRequest {
  return signWebhook({ ...signingFacts(account, url ?? request.url), webhookId, body: request.body });
}
