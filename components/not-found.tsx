import { requestWords } from "@/messages/request-words";
import { Notice } from "./notice";

export async function NotFoundNotice() {
  const { t } = await requestWords();
  return (
    <Notice title={t("notFound.title")} heading={t("notFound.heading")} testId="not-found">
      <p>{t("notFound.text")}</p>
      <a href="/">{t("notFound.home")}</a>
    </Notice>
  );
}
