/** A block of code in a Markdown file. `file` is the second word after the fence: a path to write, or `run`. */
export type Block = { readonly language: string; readonly file: string; readonly code: string };

/** Every fenced block in its order, without the indentation that a list gives it. */
export function blocksOf(markdown: string): Block[] {
  return [...markdown.matchAll(/^( *)```(\w+)(?: (\S+))?\n([\s\S]*?)^\1```$/gm)].map(
    ([, indent = "", language = "", file = "", code = ""]) => ({
      language,
      file,
      code: code.replace(new RegExp(`^${indent}`, "gm"), ""),
    }),
  );
}

/** Replaces each run of `-` lines, which has to be in the text once, by the `+` lines after it. */
export function applyDiff(text: string, diff: string): string {
  let result = text;
  for (const [, removed = "", added = ""] of diff.matchAll(/((?:^-.*\n)+)((?:^\+.*\n)*)/gm)) {
    const [before, after] = [removed, added].map((lines) => lines.replace(/^[-+]/gm, ""));
    const parts = result.split(before ?? "");
    if (parts.length !== 2) throw new Error(`This is there ${parts.length - 1} times, not once:\n${before}`);
    result = parts.join(after);
  }
  return result;
}
