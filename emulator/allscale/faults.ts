import type { Fault, FaultKind } from "../core/faults";
import { integer, text } from "../core/fields";
import { isRecord } from "../core/json";
import { type ApiError, codes, httpStatusOf } from "./errors";
import { timesHundred } from "./money";

export const apiFaults: Readonly<Record<string, FaultKind>> = {
  wrong_shape: { about: "Answers a good envelope around a payload of the wrong types." },
  amount_x100: { about: "Answers a hundred times the coin amount.", ops: ["create", "detail"] },
  evil_url: { about: "Answers a checkout URL on a foreign host: `url`.", ops: ["create"] },
  unknown_status: { about: "Answers the undocumented status `status`.", ops: ["status", "detail", "get"] },
  bad_response_signature: { about: "Signs the answer wrongly; needs `signedResponse`, as do the next two." },
  missing_response_signature: { about: "Leaves the answer unsigned." },
  stale_response_signature: { about: "Signs the answer with a time an hour ago." },
};

export const faultFields = {
  url: text("The checkout URL of evil_url."),
  status: integer("The status of unknown_status; 99 by default."),
};

/** The code that most likely comes with an HTTP status, where a fault names only the status (§3). */
const codeByHttpStatus: Readonly<Record<number, number>> = {
  400: codes.validation,
  401: codes.authInvalid,
  403: codes.forbidden,
  404: codes.intentNotFound,
  422: codes.validation,
  429: codes.rateLimited,
};

const lookalike = "https://checkout.allscale.io.evil.example";

const detailsByCode: Readonly<Record<number, Readonly<Record<string, unknown>>>> = {
  [codes.authMissing]: { reason: "missing_headers" },
  [codes.authInvalid]: { reason: "signature_mismatch" },
  [codes.forbidden]: { reason: "ip_not_allowed" },
  [codes.rateLimited]: { retry_after: 1 },
};

export function errorOfFault(fault: Fault): ApiError {
  const code = fault.code ?? codeByHttpStatus[fault.http ?? 500] ?? codes.internal;
  return {
    code,
    http: fault.http ?? httpStatusOf({ code }),
    message: "A fault was set on this operation.",
    details: fault.details ?? detailsByCode[code] ?? {},
  };
}

export function spoilPayload(payload: unknown, { kind, given }: Fault): unknown {
  const fields = isRecord(payload) ? payload : null;
  switch (kind) {
    case "wrong_shape":
      return fields === null ? { status: String(payload) } : Object.keys(fields);
    case "unknown_status": {
      const status = given.status ?? 99;
      return fields === null ? status : { ...fields, status };
    }
    case "evil_url":
      if (typeof fields?.checkout_url !== "string") return undefined;
      // By default a host that looks right to a check that only searches for the name.
      return { ...fields, checkout_url: given.url ?? `${lookalike}${new URL(fields.checkout_url).pathname}` };
    case "amount_x100":
      if (typeof fields?.amount_coins !== "string") return undefined;
      return { ...fields, amount_coins: timesHundred(fields.amount_coins) };
    default:
      return undefined;
  }
}
