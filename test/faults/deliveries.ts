import { confirmation, signWebhook } from "@/e2e/support/sign-webhook";
import { coins, type Intent } from "./allscale-model";

export type Credentials = { readonly apiKey: string; readonly apiSecret: string };

/** What a delivery says: the truth, another amount than the order's, or a lie that AllScale never sent. */
export type DeliveryKind = "right" | "wrong_money" | "forged";

export type Delivery = {
  readonly kind: DeliveryKind;
  readonly intent: Intent;
  readonly headers: Record<string, string>;
  readonly body: string;
};

/** Bytes as AllScale would send them (protocol §8), signed for the URL. `seconds` is the time of signing. */
export function makeDelivery(options: {
  kind: DeliveryKind;
  intent: Intent;
  url: string;
  credentials: Credentials;
  seconds?: number;
  nonce?: string;
}): Delivery {
  const { kind, intent, url, credentials } = options;
  const cents = kind === "wrong_money" ? intent.cents - 100 : intent.cents;
  const body = confirmation({
    all_scale_transaction_id: intent.transactionId,
    all_scale_checkout_intent_id: intent.id,
    amount_cents: cents,
    currency: intent.currency,
    amount_coins: coins(cents),
    order_id: intent.orderId,
  });
  const signed = signWebhook({
    url,
    apiKey: credentials.apiKey,
    apiSecret: kind === "forged" ? `${credentials.apiSecret}x` : credentials.apiSecret,
    body,
    ...(options.seconds !== undefined && { timestamp: options.seconds }),
    ...(options.nonce !== undefined && { nonce: options.nonce }),
  });
  return { kind, intent, headers: signed.headers, body };
}

export type Receipt = {
  /** Null when the connection ended without an answer. */
  readonly status: number | null;
  readonly result: string | null;
};

/** Sends one delivery as it is. A server that dies in between is an answer too. */
export async function deliver(url: string, { headers, body }: Delivery): Promise<Receipt> {
  try {
    const response = await fetch(url, { method: "POST", headers, body, signal: AbortSignal.timeout(60_000) });
    const { status } = response;
    const text = await response.text().catch(() => "");
    return { status, result: /"result":"(\w+)"/.exec(text)?.[1] ?? null };
  } catch {
    return { status: null, result: null };
  }
}
