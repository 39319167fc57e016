import { randomUUID } from "node:crypto";
import { headers } from "next/headers";
import { ADDRESS_FIELD, InAppHint, isInApp } from "@/components/in-app";
import { linkPrefill } from "@/components/language-switch";
import { NotReady, TipCard, TipPage, type TipParts } from "@/components/tip/tip-page";
import { reconcileOnVisit } from "@/lib/checkout/reconcile";
import { getServices } from "@/lib/services";
import { retryKey } from "@/lib/web/form";
import { requestWords } from "@/messages/request-words";
import { siteConfig } from "@/site.config";

export async function generateMetadata({ searchParams }: PageProps<"/">) {
  const { t } = await requestWords();
  const { name } = siteConfig;
  const { error } = await searchParams;
  return { title: error === undefined ? t("tip.title", { name }) : t("tip.problemTitle", { name }) };
}

export default async function Page({ searchParams }: PageProps<"/">) {
  const query = await searchParams;
  const words = await requestWords();
  const sent = await headers();
  const inApp = isInApp(sent.get("user-agent"));
  const { flow, shop, settings } = getServices();
  if (flow !== null) reconcileOnVisit(flow);
  const { publicUrl, problems } = settings;
  const prefill = linkPrefill(query);
  const parts: TipParts = {};
  Object.assign(parts, await (await import("./(donation)/parts")).donationParts(words)); // Delete this line with the folder.
  return (
    <TipPage words={words} site={siteConfig} query={query}>
      {/* The rest of a share card falls back to the title and the description. */}
      <meta property="og:image" content={`${publicUrl}${parts.shareImage ?? "/share.png"}`} />
      <meta name="twitter:card" content="summary_large_image" />
      {parts.above}
      {inApp && (
        <InAppHint words={words}>
          <input
            className="field"
            id={ADDRESS_FIELD}
            readOnly
            value={prefill.size > 0 ? `${publicUrl}/?${prefill}` : publicUrl}
          />
        </InAppHint>
      )}
      {shop === null ? (
        <NotReady words={words} problems={problems} />
      ) : (
        <TipCard
          words={words}
          site={siteConfig}
          pricing={shop.pricing}
          provider={shop.provider.label}
          payHere={settings.opener?.checkoutSources.length === 0}
          idempotencyKey={retryKey(sent.get("cookie")) ?? randomUUID()}
          query={query}
          inApp={inApp}
          parts={parts}
        />
      )}
      {parts.below}
    </TipPage>
  );
}
