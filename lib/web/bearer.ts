import { isSameSecret } from "./same-secret";

/** Whether the request carries this bearer token. */
export function hasBearer(headers: Headers, secret: string): boolean {
  const sent = /^Bearer (.+)$/i.exec(headers.get("authorization") ?? "")?.[1];
  return sent !== undefined && isSameSecret(sent, secret);
}
