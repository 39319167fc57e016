import type { Words } from "@/messages/words";
import { QrCode } from "../qr-code";
import type { TestId } from "../test-ids";

/** For a payer whose wallet is on the phone: the payment page to go there, and this page to watch from elsewhere. */
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
