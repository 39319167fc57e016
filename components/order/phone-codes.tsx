import type { Words } from "@/messages/words";
import { qrCode } from "../qr-code";
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
export function QrCode({ text, label }: { text: string; label: string }) {
  const { path, size } = qrCode(text);
  return (
    <svg className="qr" viewBox={`0 0 ${size} ${size}`} role="img" aria-label={label}>
      <path d={path} />
    </svg>
  );
}
