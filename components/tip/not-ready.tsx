import type { TestId } from "../test-ids";
import { TIP_WORDS } from "./tip-words";

/** In the place of the form while settings are missing. Names settings and never shows a value. */
export function NotReady({ problems }: { problems: readonly { name: string; problem: string }[] }) {
  const words = TIP_WORDS.notReady;
  return (
    <section className="card" data-testid={"tip-not-ready" satisfies TestId}>
      <h2>{words.heading}</h2>
      <p>{words.text}</p>
      <h3>{words.forOperator}</h3>
      <p>{problems.length === 0 ? words.unnamed : words.explain}</p>
      <ul>
        {problems.map(({ name, problem }) => (
          <li key={name + problem} data-testid={"tip-setup-problem" satisfies TestId}>
            <code>{name}</code> {problem}
          </li>
        ))}
      </ul>
    </section>
  );
}
