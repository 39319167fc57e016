import { readFileSync } from "node:fs";
import { join } from "node:path";
import { parseEnv } from "node:util";
import { APP_FOLDER, type Environment } from "./processes";

const readExample = () => readFileSync(join(APP_FOLDER, ".env.example"), "utf8");

/** The values of `.env.example`. They point the app to the emulator. */
export function exampleEnv(): Environment {
  return { ...parseEnv(readExample()) };
}

/** The names of all settings, commented out or not. */
export function settingNames(): string[] {
  return [...readExample().matchAll(/^(?:# )?([A-Z][A-Z0-9_]+)=/gm)].map(([, name = ""]) => name);
}

/** Blanks every setting of the shell or a `.env`: Next keeps a variable that exists, and empty means unset. */
export function withoutSettings(env: Environment): Environment {
  return { ...env, ...Object.fromEntries(settingNames().map((name) => [name, ""])) };
}
