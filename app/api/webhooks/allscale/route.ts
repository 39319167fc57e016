import { receiveWebhook } from "@/lib/checkout/receive-webhook";
import { webhookResponse } from "@/lib/checkout/webhook-response";
import { apiRoute, methodNotAllowed } from "@/lib/http/api-route";
import { requestTarget } from "@/lib/http/arrival";
import { problemResponse } from "@/lib/http/problem";
import { bodyProblem, readBody } from "@/lib/http/read-body";
import { getServices } from "@/lib/services";

const BODY_CAP_BYTES = 64 * 1024;

export const POST = apiRoute(async (request, { requestId }) => {
  const { store, provider, now } = getServices();
  if (store === null || provider === null) {
    const detail = "This deployment is not set up. Send the delivery again later.";
    return problemResponse({ code: "not_configured", detail }, requestId);
  }
  const receivedAt = now();
  const body = await readBody(request, BODY_CAP_BYTES);
  if (!body.ok) return problemResponse(bodyProblem(body.reason), requestId);

  const result = await receiveWebhook(
    { store, provider, now },
    {
      method: request.method,
      ...requestTarget(request),
      headers: request.headers,
      body: body.bytes,
      receivedAt,
    },
  );
  return webhookResponse(result, requestId);
});

const refuseMethod = methodNotAllowed("POST");

export {
  refuseMethod as DELETE,
  refuseMethod as GET,
  refuseMethod as OPTIONS,
  refuseMethod as PATCH,
  refuseMethod as PUT,
};
