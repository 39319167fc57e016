/** Next prints its name and address before any code of ours runs; what follows is the log. */
export function oddLines(log: string): string[] {
  const lines = log.slice(log.indexOf('{"level"')).split("\n").slice(0, -1);
  return lines.filter((line) => {
    try {
      return typeof (JSON.parse(line) as { event?: unknown }).event !== "string" || /forged"\}$/.test(line);
    } catch {
      return true;
    }
  });
}
