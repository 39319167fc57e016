import { createAllScaleProvider } from "@/lib/provider/allscale/provider";
import { canonicalRequest, canonicalWebhook, sha256Hex, sign, verifyResponse } from "@/lib/provider/allscale/signing";
import { ofKind, receivedResponse, vectorNamed, vectors } from "@/lib/provider/allscale/test-support/vectors";

/** It is bundled with the AllScale folder and nothing else, and run where Node's modules are not. */

const bytes = (text: string) => new TextEncoder().encode(text);

function same(what: string, found: unknown, expected: unknown): string {
  if (found !== expected) throw new Error(`${what}: ${JSON.stringify(found)}, not ${JSON.stringify(expected)}`);
  return what;
}

/** The names of what was tried. Throws at the first that differs. */
export async function tryCore(emulator: { url: string; apiKey: string; apiSecret: string }): Promise<string[]> {
  const tried: string[] = [];
  for (const vector of [...ofKind("request"), ...ofKind("webhook")]) {
    const bodySha256 = await sha256Hex(bytes(vector.body));
    const canonical =
      vector.kind === "webhook"
        ? canonicalWebhook({ ...vector, webhookId: vector.webhook_id, bodySha256 })
        : canonicalRequest({ ...vector, bodySha256 });
    tried.push(same(vector.name, await sign(canonical, vector.api_secret), `v1=${vector.signature}`));
  }
  for (const vector of ofKind("response")) {
    const verified = await verifyResponse(receivedResponse(vector));
    tried.push(same(vector.name, verified.ok, true));
  }
  same("vectors", tried.length, vectors.length);

  const { url: baseUrl, ...credentials } = emulator;
  const options = { previousSecret: null, acceptedStablecoins: [], signedResponses: false, testStore: false };
  const own = createAllScaleProvider({ baseUrl, ...credentials, ...options, timeoutMs: 10_000 });
  const created = await own.createPayment({
    price: { currency: "USD", minor: 500 },
    orderReference: "portable",
    description: "Zoë 🚀",
    returnUrl: "http://localhost:3000/orders/portable",
    payerAddress: null,
  });
  if (!created.ok) throw new Error(`create: ${JSON.stringify(created.failure)}`);
  const read = await own.readPayment(created.payment.paymentId, "waiting");
  tried.push(same("create and status", read.ok && read.observation.status, "pending"));

  const { api_key: apiKey, api_secret: apiSecret, ...vector } = vectorNamed("webhook_fiat_non_ascii");
  const shop = createAllScaleProvider({ baseUrl, apiKey, apiSecret, ...options, timeoutMs: 10_000 });
  const delivery = (body: string) => ({
    method: vector.method,
    path: vector.path,
    query: vector.query,
    headers: new Headers(vector.headers),
    body: bytes(body),
    receivedAt: Number(vector.timestamp) * 1_000,
  });
  const genuine = await shop.authenticateWebhook(delivery(vector.body));
  const content = shop.parseWebhook(delivery(vector.body));
  same("webhook content", content.kind === "event" && content.observation.status, "paid");
  tried.push(same("webhook", genuine.ok, true));
  const forged = await shop.authenticateWebhook(delivery(vector.body.replace("1999", "1998")));
  tried.push(same("forged webhook", forged.ok, false));
  return tried;
}
