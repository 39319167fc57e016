import { encode } from "uqr";
import type { Words } from "@/messages/words";
import type { TestId } from "../test-ids";

/** For a payer whose wallet is on the phone: the checkout to go there, and this page to watch from elsewhere. */
export function PhoneCodes(props: { words: Words; checkoutUrl: string; pageUrl: string }) {
  const { t } = props.words;
  return (
    <details className="phone" data-testid={"order-phone" satisfies TestId}>
      <summary>{t("phone.title")}</summary>
      <div className="codes">
        <QrCode text={props.checkoutUrl} label={t("phone.payCode")} />
        <p>{t("phone.pay")}</p>
        <QrCode text={props.pageUrl} label={t("phone.followCode")} />
        <p>{t("phone.follow")}</p>
      </div>
    </details>
  );
}

/** One path, made on the server. `label` says what the code leads to; the address itself stands nearby as a link. */
function QrCode({ text, label }: { text: string; label: string }) {
  const { data, size } = encode(text, { ecc: "M", border: 4 });
  return (
    <svg className="qr" viewBox={`0 0 ${size} ${size}`} role="img" aria-label={label}>
      <path d={data.map(rowPath).join("")} />
    </svg>
  );
}

/** The dark modules of a row, neighbours in one stroke. */
function rowPath(row: readonly boolean[], y: number): string {
  const runs = row
    .map((dark) => (dark ? "#" : "."))
    .join("")
    .matchAll(/#+/g);
  return [...runs].map(({ 0: { length }, index }) => `M${index} ${y}h${length}v1h-${length}z`).join("");
}
