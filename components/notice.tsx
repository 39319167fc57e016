import type { ReactNode } from "react";
import type { TestId } from "./test-ids";

/** A page that has one thing to say. */
export function Notice(props: { title: string; heading: string; testId: TestId; children: ReactNode }) {
  return (
    <main className="card" data-tone="ended" data-testid={props.testId}>
      <title>{props.title}</title>
      <h1>{props.heading}</h1>
      {props.children}
    </main>
  );
}
