/** The types of the package; a test holds them against the code. */
export interface EmulatorOptions {
  /** 0, the default, for any free port. */
  readonly port?: number;
  /** Loopback unless somebody really means to be reached from elsewhere. */
  readonly host?: string;
  readonly apiKey: string;
  readonly apiSecret: string;
  /** Where confirmations are sent; null, the default, for nowhere. */
  readonly webhookUrl?: string | null;
  /** Base of checkout URLs where it is not the address listened on. */
  readonly publicUrl?: string;
  /** Switches by name; `/_emulator/` lists them. */
  readonly settings?: Readonly<Record<string, unknown>>;
  /** Told of every API request. */
  readonly onRequest?: (entry: object) => void;
  /** Told of every webhook once it was answered or failed. */
  readonly onDelivery?: (delivery: object) => void;
}

export interface RunningEmulator {
  readonly url: string;
  readonly port: number;
  close(): Promise<void>;
}

/** Starts an emulator in this process. Throws what `listen` throws, for instance when the port is taken. */
export function startEmulator(options: EmulatorOptions): Promise<RunningEmulator>;
