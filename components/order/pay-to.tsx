import type { OrderView } from "@/lib/web/contract";
import type { Words } from "@/messages/words";
import { CopyField } from "../copy-field";
import type { TestId } from "../test-ids";
import { QrCode } from "./phone-codes";
import { TimeLeft } from "./time-left";

/** Where there is no hosted checkout: what to send from the payer's own wallet, and where to. */
export function PayTo(props: {
  words: Words;
  payTo: NonNullable<OrderView["payTo"]>;
  /** Null where the provider names no end. */
  leftMs: number | null;
}) {
  const { leftMs } = props;
  const { t } = props.words;
  const { address, amount, coin, network, uri } = props.payTo;
  const texts = { copy: t("inApp.copy"), copied: t("inApp.copied") };
  return (
    <section className="pay-to" data-testid={"order-pay-to" satisfies TestId}>
      <div className="aside">
        <p>
          <strong>{t("payTo.exactly", { amount, coin, network })}</strong>
        </p>
        <p>{t("payTo.only", { coin, network })}</p>
      </div>
      <QrCode text={uri ?? address} label={uri ? t("payTo.walletCode") : t("payTo.addressCode")} />
      {uri && (
        <a className="button" href={uri} data-testid={"order-wallet" satisfies TestId}>
          {t("payTo.openWallet")}
        </a>
      )}
      <div>
        <label htmlFor="pay-amount">{t("payTo.amount", { coin })}</label>
        <CopyField id="pay-amount" text={amount} {...texts} />
      </div>
      <div>
        <label htmlFor="pay-address">{t("payTo.address", { network })}</label>
        <CopyField id="pay-address" text={address} {...texts} />
      </div>
      {leftMs !== null && (
        <p data-testid={"order-time-left" satisfies TestId}>
          {t("payTo.timeLeft")} <TimeLeft leftMs={leftMs} />
        </p>
      )}
      <p className="small">{t("payTo.renewed")}</p>
    </section>
  );
}
