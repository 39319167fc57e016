#!/usr/bin/env node
import { TriggerError } from "./trigger/emulator-client";
import { runTrigger } from "./trigger/run-trigger";
import { readTriggerOptions } from "./trigger/trigger-options";

/** Exit codes: 0 done, 1 a line failed or nobody answered, 2 it could not be tried. */
async function main(): Promise<void> {
  try {
    const options = readTriggerOptions(process.argv.slice(2), process.env);
    process.exitCode = await runTrigger(options, (text) => console.log(text));
  } catch (error) {
    if (!(error instanceof TriggerError)) throw error;
    console.error(error.message);
    process.exitCode = 2;
  }
}

void main();
