import { triggerKit } from "../allscale/trigger-kit";
import { runTrigger } from "../core/trigger";
import { readTriggerOptions } from "../core/trigger-options";
import type { TestStore } from "./bench-store";

/** `npm run trigger -- ...` for a store, with what it printed. */
export async function trigger(store: TestStore, ...args: string[]): Promise<{ code: number; lines: string[] }> {
  const { apiKey, apiSecret } = store.merchant;
  const lines: string[] = [];
  const own = ["--api-key", apiKey, "--api-secret", apiSecret];
  const emulator = args.includes("--emulator") ? [] : ["--emulator", store.emulator.url];
  const options = readTriggerOptions(triggerKit, [...args, ...own, ...emulator], {});
  const code = await runTrigger(triggerKit, options, (text) => lines.push(text));
  return { code, lines };
}
