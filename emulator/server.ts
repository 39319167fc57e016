import { defaultProvider, providerNamed } from "./providers";

export interface EmulatorOptions {
  /** The payment system to stand in for; the first of `providers.ts` by default. */
  readonly provider?: string;
  /** 0, the default, for any free port. */
  readonly port?: number;
  /** The address to listen on; 127.0.0.1 by default. */
  readonly host?: string;
  /** Needed for an address off this computer: the emulator protects nothing. */
  readonly allowRemote?: boolean;
  readonly apiKey?: string;
  readonly apiSecret?: string;
  /** Where confirmations are sent; null, the default, for nowhere. */
  readonly webhookUrl?: string | null;
  /** Base of checkout URLs where it is not the address listened on. */
  readonly publicUrl?: string;
  readonly settings?: Readonly<Record<string, unknown>>;
  readonly onRequest?: (entry: Readonly<Record<string, unknown>>) => void;
  /** Called with every webhook once it was answered or failed. */
  readonly onDelivery?: (delivery: Readonly<Record<string, unknown>>) => void;
}

export type RunningEmulator = { readonly url: string; readonly port: number; close(): Promise<void> };

/** Starts an emulator in this process. Rejects with a sentence when an option cannot work or the port is taken. */
export async function startEmulator(options: EmulatorOptions = {}): Promise<RunningEmulator> {
  const { provider = defaultProvider, ...others } = options;
  return providerNamed(provider).start(others);
}
