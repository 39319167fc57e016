import { getServices } from "@/lib/services";
import { apiRoute } from "@/lib/web/api-route";
import { refuse } from "@/lib/web/refusals";
import { siteConfig } from "@/site.config";
import { isOverlayKey } from "../overlay-key";
import { overlayPage } from "../overlay-page";
import { pictureWords } from "../public-answer";

/** More than are paid in the time that one is shown. */
const LOOKED_AT = 20;

export const GET = apiRoute(async (request) => {
  const { flow, settings, shop } = getServices();
  const key = new URL(request.url).searchParams.get("k") ?? "";
  if (flow === null || settings.adminSecret === null || !isOverlayKey(key, settings.adminSecret)) {
    return refuse({ code: "not_found", detail: "There is no such page." });
  }
  const { orders } = await flow.store.list({ filter: "paid", cursor: null, limit: LOOKED_AT });
  const testStore = shop?.provider.testStore ?? false;
  // The one that proxy.ts has put into the policy of this answer.
  const nonce = /'nonce-([\w-]+)'/.exec(request.headers.get("content-security-policy") ?? "")?.[1] ?? "";
  const now = flow.clock.now();
  const { accent } = siteConfig.theme;
  const html = overlayPage({ words: pictureWords(request), accent, nonce, orders, testStore, now });
  return new Response(html, { headers: { "Content-Type": "text/html; charset=utf-8" } });
});
