import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import type { Enforces } from "./check-names";
import { handleRequest } from "./http/handle-request";
import { EmulatorState } from "./state/emulator-state";
import type { RequestEntry } from "./state/request-entry";
import { patchSettings } from "./state/settings";
import type { Delivery } from "./webhooks/delivery";

export interface EmulatorOptions {
  /** 0 for any free port. */
  readonly port?: number;
  /** Loopback unless somebody really means to be reached from elsewhere. */
  readonly host?: string;
  readonly apiKey: string;
  readonly apiSecret: string;
  readonly webhookUrl?: string | null;
  /** Base of checkout URLs where it is not the address listened on. */
  readonly publicUrl?: string;
  readonly settings?: Readonly<Record<string, unknown>>;
  /** Told of every API request, for the console. */
  readonly onRequest?: (entry: RequestEntry) => void;
  /** Told of every webhook once it was answered or failed. */
  readonly onDelivery?: (delivery: Delivery) => void;
}

export interface RunningEmulator {
  readonly url: string;
  readonly port: number;
  close(): Promise<void>;
}

/** Starts an emulator with a say in which checks it makes. Only the mutation tests switch any off. */
export async function startEmulatorWith(options: EmulatorOptions, enforces: Enforces): Promise<RunningEmulator> {
  const { port = 0, host = "127.0.0.1", apiKey, apiSecret, webhookUrl = null, settings = {} } = options;
  const state = new EmulatorState({ apiKey, apiSecret, webhookUrl }, enforces);
  const patched = patchSettings(state.defaultAccount.settings, settings);
  if (!patched.ok) throw new Error(patched.message);
  state.defaultAccount.register({ settings: patched.settings, webhookUrl });
  state.deliveryListener.notify = options.onDelivery ?? null;

  // A client that keeps connections alive must not meet one that this side is just closing.
  const server = createServer({ keepAliveTimeout: 120_000 }, (message, response) => {
    void handleRequest({ state, message, response, onRequest: options.onRequest });
  });
  server.on("clientError", (_error, socket) => {
    if (socket.writable) socket.end("HTTP/1.1 400 Bad Request\r\nConnection: close\r\nContent-Length: 0\r\n\r\n");
    else socket.destroy();
  });
  await new Promise<void>((resolve, reject) => {
    server.once("error", reject);
    server.listen(port, host, () => {
      server.off("error", reject);
      resolve();
    });
  });
  const address = server.address() as AddressInfo;
  const shownHost = host.includes(":") ? `[${host}]` : host;
  const url = `http://${shownHost}:${address.port}`;
  state.publicUrl = (options.publicUrl ?? url).replace(/\/+$/, "");
  return {
    url,
    port: address.port,
    close: () =>
      new Promise((resolve) => {
        state.close();
        server.close(() => resolve());
        server.closeAllConnections();
      }),
  };
}
