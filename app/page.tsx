import { headers } from "next/headers";
import { ADDRESS_FIELD, InAppHint, isInApp } from "@/components/in-app";
import { linkPrefill } from "@/components/link-prefill";
import { NotReady } from "@/components/tip/not-ready";
import { TipCard, TipPage } from "@/components/tip/tip-page";
import { reconcileAfterResponse } from "@/lib/checkout/reconcile-after";
import { describeTipPage } from "@/lib/checkout/tip-page";
import { getServices } from "@/lib/services";
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
  const terms = describeTipPage(query.key);
  const inApp = isInApp((await headers()).get("user-agent"));
  reconcileAfterResponse();
  const { publicUrl } = getServices().settings;
  const prefill = linkPrefill(query);
  return (
    <TipPage words={words} site={siteConfig} query={query}>
      {/* The rest of a share card falls back to the title and the description. */}
      <meta property="og:image" content={`${publicUrl}/share.png`} />
      <meta name="twitter:card" content="summary_large_image" />
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
      {terms.ready ? (
        <TipCard words={words} site={siteConfig} terms={terms} query={query} inApp={inApp} />
      ) : (
        <NotReady words={words} problems={terms.problems} />
      )}
    </TipPage>
  );
}
