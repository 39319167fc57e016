import { shortMoney } from "@/components/money-text";
import type { TipParts } from "@/components/tip/tip-page";
import type { Words } from "@/messages/words";
import { siteConfig } from "@/site.config";
import { type Progress, progressText } from "./goal";
import { isDrawable } from "./share-card";
import { currentSupport } from "./support";
import type { Supporter } from "./supporters";
import { donationWords } from "./words";

/** What this layer adds to the tip page: the one thing that the core knows of it. */
export async function donationParts({ language }: Words): Promise<TipParts> {
  const { progress, supporters } = await currentSupport();
  return {
    ...(progress && isDrawable(progress) && { shareImage: "/share-goal.png" }),
    ...(siteConfig.supporters && { showName: donationWords(language).showName }),
    above: (
      <>
        <link rel="stylesheet" href="/donation.css" precedence="donation" />
        {progress && <Goal progress={progress} language={language} />}
      </>
    ),
    below: supporters.length > 0 && <Supporters supporters={supporters} language={language} />,
  };
}

function Goal({ progress, language }: { progress: Progress; language: string }) {
  const { label, percent } = progress;
  return (
    <div className="goal">
      <label htmlFor="goal" lang={siteConfig.locale === language ? undefined : siteConfig.locale}>
        {label}
      </label>
      <progress id="goal" value={percent} max={100} aria-describedby="raised" />
      <p className="small" id="raised">
        {progressText(progress, language)}
      </p>
    </div>
  );
}

/** A name is foreign text: isolated, so that its direction stays its own. */
function Supporters({ supporters, language }: { supporters: readonly Supporter[]; language: string }) {
  return (
    <section className="wall" aria-labelledby="supporters">
      <h2 id="supporters">{donationWords(language).supporters}</h2>
      <ul>
        {[...supporters.entries()].map(([place, { name, amount, currency }]) => (
          <li key={place}>
            <bdi>{name}</bdi>
            {amount && <span>{shortMoney(amount, { currency, language })}</span>}
          </li>
        ))}
      </ul>
    </section>
  );
}
