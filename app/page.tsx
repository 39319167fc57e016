import { NotReady } from "@/components/tip/not-ready";
import { TipCard, TipPage } from "@/components/tip/tip-page";
import { TIP_WORDS } from "@/components/tip/tip-words";
import { reconcileAfterResponse } from "@/lib/checkout/reconcile-after";
import { describeTipPage } from "@/lib/checkout/tip-page";
import { siteConfig } from "@/site.config";

export async function generateMetadata({ searchParams }: PageProps<"/">) {
  const title = TIP_WORDS.title(siteConfig.name);
  return { title: (await searchParams).error === undefined ? title : TIP_WORDS.problemTitle(title) };
}

export default async function Page({ searchParams }: PageProps<"/">) {
  const query = await searchParams;
  const terms = describeTipPage();
  reconcileAfterResponse();
  return (
    <TipPage site={siteConfig}>
      {terms.ready ? <TipCard site={siteConfig} terms={terms} query={query} /> : <NotReady problems={terms.problems} />}
    </TipPage>
  );
}
