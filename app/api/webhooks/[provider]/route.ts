import { receiveWebhook } from "@/lib/checkout/receive-webhook";
import { PROVIDERS } from "@/lib/provider/registry";
import { getServices } from "@/lib/services";
import { apiRoute, refuseMethodsExcept } from "@/lib/web/api-route";
import { readBody, requestTarget } from "@/lib/web/arrival";
import { refuse } from "@/lib/web/refusals";

const BODY_CAP_BYTES = 64 * 1024;

export const POST = apiRoute<{ provider: string }>(async (request, params) => {
  const receivedAt = Date.now();
  if (!PROVIDERS.some(({ name }) => name === params.provider)) {
    return refuse({ code: "not_found", detail: "There is no such route." });
  }
  const { flow } = getServices();
  const provider = flow?.providers.get(params.provider);
  if (!flow || provider === undefined) {
    const detail = "This deployment is not set up. Send the delivery again later.";
    return refuse({ code: "not_configured", detail });
  }
  const body = await readBody(request, BODY_CAP_BYTES);
  if (!body.ok) return body;
  const received = await receiveWebhook(flow, provider, {
    method: request.method,
    ...requestTarget(request),
    headers: request.headers,
    body: body.bytes,
    receivedAt,
  });
  if (!received.ok) return received;
  return Response.json({ result: received.result });
});

export const { DELETE, GET, OPTIONS, PATCH, PUT } = refuseMethodsExcept("POST");
