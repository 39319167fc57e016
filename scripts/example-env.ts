import { readFileSync } from "node:fs";
import { parseEnv } from "node:util";
import type { Environment } from "./processes";

const FILE = ".env.example";

/** The values of `.env.example`, which make the app run against the emulator. */
export function exampleEnv(): Environment {
  return { ...parseEnv(readFileSync(FILE, "utf8")) };
}

/** Every setting the app knows, commented out or not. */
export function settingNames(): string[] {
  const names = readFileSync(FILE, "utf8").matchAll(/^(?:# )?([A-Z][A-Z0-9_]+)=/gm);
  return [...names].map(([, name = ""]) => name);
}

/**
 * An environment in which none of our settings is set, whatever the shell or a `.env` file says: Next does not replace a
 * variable that exists, and an empty one counts as unset.
 */
export function withoutSettings(env: Environment): Environment {
  const blank = Object.fromEntries(settingNames().map((name) => [name, ""]));
  return { ...env, ...blank };
}
