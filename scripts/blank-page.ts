import { type BareApp, startBareApp } from "./bare-app";

/** A page with one word on it: no page of this app can be lighter. */
export function startBlankPage(): Promise<BareApp> {
  return startBareApp({ name: "blank", files: {} });
}
