import "server-only";
import { request as httpRequest } from "node:http";
import { request as httpsRequest } from "node:https";
import { beforeDeadline } from "./deadline";
import { failed, networkFailure } from "./failure";
import { type Guard, guardedLookup } from "./target";

const MAX_ANSWER_BYTES = 16 * 1024;

export type Posting = Guard & {
  readonly url: string;
  readonly headers?: Readonly<Record<string, string>>;
  readonly body: string;
  readonly signal: AbortSignal;
  readonly timeoutMs: number;
};

export type Answer = { readonly status: number; readonly body: string };

/** Not `fetch`, which resolves the name itself: the check and the connection would not see the same addresses. */
export async function postJson(posting: Posting): Promise<Answer> {
  const { setting } = posting;
  try {
    const answer = await beforeDeadline(posting, (signal) => post({ ...posting, signal }));
    if (answer.status >= 300 && answer.status < 400) {
      throw failed(setting, `it answered with a redirect (${answer.status}), which is not followed`);
    }
    return answer;
  } catch (error) {
    throw networkFailure(setting, error);
  }
}

function post({ url, headers, body, signal, ...guard }: Posting): Promise<Answer> {
  const target = new URL(url);
  const hostname = target.hostname.replace(/^\[|\]$/g, "");
  const lookup = guardedLookup(hostname, guard);
  const send = target.protocol === "https:" ? httpsRequest : httpRequest;
  const bytes = Buffer.from(body);
  return new Promise((done, fail) => {
    const request = send(target, {
      method: "POST",
      lookup,
      // A connection that is kept would outlive the check of its address.
      agent: false,
      signal,
      headers: { ...headers, "content-type": "application/json", "content-length": bytes.length },
    });
    request.once("error", fail);
    request.once("response", (response) => {
      const chunks: Buffer[] = [];
      let size = 0;
      const end = () => done({ status: response.statusCode ?? 0, body: Buffer.concat(chunks).toString("utf8") });
      response.on("data", (chunk: Buffer) => {
        chunks.push(chunk.subarray(0, MAX_ANSWER_BYTES - size));
        size += chunk.length;
        if (size < MAX_ANSWER_BYTES) return;
        end();
        request.destroy();
      });
      response.once("end", end);
      response.once("error", fail);
    });
    request.end(bytes);
  });
}

/** Refused for good or for now: both are tried again, because the merchant may repair the receiver. */
export function expectSuccess({ status }: Answer, { setting }: Guard): void {
  if (status >= 200 && status < 300) return;
  const known: Record<number, string> = {
    400: "it refused the message (400)",
    401: "it refused the credentials (401)",
    403: "it refused the credentials (403)",
    404: "it does not know this address (404)",
    410: "the address is gone (410)",
    429: "it asks for fewer messages (429)",
  };
  throw failed(setting, known[status] ?? `it answered ${status}`);
}
