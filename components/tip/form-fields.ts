import { withPoint } from "./check-amount";
import type { FormProblem } from "./form-words";

const CUSTOM_AMOUNT = "customAmount";

/** The amount that is chosen or typed, as a decimal string where it can be one. */
export function chosenAmount(form: HTMLFormElement): string {
  const data = new FormData(form);
  const amount = String(data.get("amount"));
  return amount === "other" ? withPoint(String(data.get(CUSTOM_AMOUNT))) : amount;
}

/** The body of `POST /api/checkout`. */
export function checkoutBody(form: HTMLFormElement): string {
  const data = new FormData(form);
  return JSON.stringify({
    amount: chosenAmount(form),
    name: data.get("name"),
    message: data.get("message"),
    anonymous: data.has("anonymous"),
  });
}

/** Typing an amount means "Other". */
export function followTyping(form: HTMLFormElement, target: EventTarget): void {
  const other = form.elements.namedItem("other");
  if (other instanceof HTMLInputElement && target === form.elements.namedItem(CUSTOM_AMOUNT)) other.checked = true;
}

/**
 * A click on "Other" goes on to its field. Not the arrow keys, which have to stay among the radio buttons: the click that
 * they cause counts no presses of a button.
 */
export function followClick({ target, detail }: MouseEvent): void {
  if (detail === 0 || !(target instanceof HTMLInputElement) || target.id !== "other") return;
  const custom = target.form?.elements.namedItem(CUSTOM_AMOUNT);
  if (custom instanceof HTMLElement) custom.focus();
}

/** Marks the field that has to be mended and goes there; with no such field, clears the marks. */
export function markProblem(form: HTMLFormElement, problem: FormProblem | null): void {
  for (const field of form.querySelectorAll("[aria-invalid]")) field.removeAttribute("aria-invalid");
  if (problem === null || problem.field === null) return;
  const field = form.elements.namedItem(problem.field === "amount" ? CUSTOM_AMOUNT : problem.field);
  if (!(field instanceof HTMLElement)) return;
  field.closest("details")?.setAttribute("open", "");
  field.setAttribute("aria-invalid", "true");
  field.focus();
}
