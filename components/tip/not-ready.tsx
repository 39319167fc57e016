import type { Words } from "@/messages/words";
import type { TestId } from "../test-ids";

/** In the place of the form while settings are missing. Names settings and never shows a value. */
export function NotReady(props: { words: Words; problems: readonly { name: string; problem: string }[] }) {
  const { problems } = props;
  const { t } = props.words;
  return (
    <section className="card" data-testid={"tip-not-ready" satisfies TestId}>
      <h2>{t("notReady.heading")}</h2>
      <p>{t("notReady.text")}</p>
      <h3>{t("notReady.forOperator")}</h3>
      <p>{problems.length === 0 ? t("notReady.unnamed") : t("notReady.explain")}</p>
      <ul lang="en">
        {problems.map(({ name, problem }) => (
          <li key={name + problem} data-testid={"tip-setup-problem" satisfies TestId}>
            <code>{name}</code> {problem}
          </li>
        ))}
      </ul>
    </section>
  );
}
