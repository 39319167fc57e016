import { type EmulatorOptions, type RunningEmulator, startEmulatorWith } from "./listening-emulator";

/** Starts an emulator in this process. Throws what `listen` throws, for instance when the port is taken. */
export function startEmulator(options: EmulatorOptions): Promise<RunningEmulator> {
  return startEmulatorWith(options, () => true);
}
