import { parseMinor, plainAmount } from "@/lib/money/amount-grammar";
import { shortMoney } from "../money-text";
import type { AmountTerms } from "../problems";

export const CUSTOM_AMOUNT = "customAmount";

/** Tells the payer at once what the server would say; the server decides. */
export function amountFault(amount: string, { exponent, min, max, priced }: AmountTerms): "digits" | "range" | null {
  if (priced) return null;
  const parsed = parseMinor(amount || "0", exponent);
  if (parsed.ok) return parsed.minor >= min && parsed.minor <= max ? null : "range";
  return parsed.problem === "too_large" ? "range" : "digits";
}

/** What is chosen or typed: a decimal string where it can be one, and the same as the payer reads it. */
export type Chosen = { readonly amount: string; readonly text: string };

export function chosenAmount(form: HTMLFormElement, reader: { currency: string; language: string }): Chosen {
  const choice = form.querySelector<HTMLInputElement>("[name=amount]:checked");
  if (choice !== null && choice.id !== "other") {
    return { amount: choice.value, text: choice.labels?.[0]?.textContent ?? "" };
  }
  const amount = plainAmount(String(new FormData(form).get(CUSTOM_AMOUNT)), reader.currency);
  return { amount, text: shortMoney(amount, reader) };
}

/** The body of `POST /api/checkout`. */
export function checkoutBody(form: HTMLFormElement, amount: string): string {
  const data = new FormData(form);
  const anonymous = !data.has("showName");
  return JSON.stringify({ amount, name: data.get("name"), message: data.get("message"), anonymous });
}

/** Typing an amount means "Other". */
export function followTyping(form: HTMLFormElement, target: EventTarget): void {
  const other = form.querySelector<HTMLInputElement>("#other");
  if (other && target === form.elements.namedItem(CUSTOM_AMOUNT)) other.checked = true;
}

/**
 * A click on "Other" goes on to its field. Arrow keys have to stay among the radio buttons: the click that they cause has a
 * `detail` of 0.
 */
export function followClick({ target, detail }: MouseEvent): void {
  if (detail === 0 || !(target instanceof HTMLInputElement) || target.id !== "other") return;
  const custom = target.form?.elements.namedItem(CUSTOM_AMOUNT);
  if (custom instanceof HTMLElement) custom.focus();
}

/** Keeps the room that the notes take now: another hint or a problem comes in their place, and nothing below moves. */
export function holdNotes(form: HTMLFormElement): void {
  for (const note of form.querySelectorAll<HTMLElement>(".note")) {
    note.style.minHeight = `${note.getBoundingClientRect().height}px`;
  }
}

/** Marks the field that has to be corrected and goes there; with no such field, clears the marks. */
export function markProblem(form: HTMLFormElement, name: string | null | undefined): void {
  for (const field of form.querySelectorAll("[aria-invalid]")) field.removeAttribute("aria-invalid");
  const field = name && form.elements.namedItem(name);
  if (!(field instanceof HTMLElement)) return;
  field.closest("details")?.setAttribute("open", "");
  field.setAttribute("aria-invalid", "true");
  field.focus();
}
