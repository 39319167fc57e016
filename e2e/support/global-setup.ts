import { startEmulator } from "../../emulator/server";

/** One emulator for the whole run; each worker registers an account of its own on it, so that tests share nothing. */
export default async function globalSetup() {
  const emulator = await startEmulator();
  process.env.EMULATOR_URL = emulator.url;
  return () => emulator.close();
}
