import { isRecord } from "./json";

export class TriggerError extends Error {}

export class ControlClient {
  readonly #url: string;

  constructor(
    url: string,
    readonly apiKey: string,
  ) {
    this.#url = url.replace(/\/+$/, "");
  }

  async call(method: "GET" | "POST", path: string, body?: object): Promise<Readonly<Record<string, unknown>>> {
    const answer = await fetch(`${this.#url}/_emulator${path}`, {
      method,
      headers: { "X-API-Key": this.apiKey, "Content-Type": "application/json" },
      ...(body !== undefined && { body: JSON.stringify(body) }),
    }).catch(() => {
      throw new TriggerError(`No emulator answers at ${this.#url}. Start one, or say where it is with --emulator.`);
    });
    const value: unknown = await answer.json().catch(() => null);
    if (isRecord(value) && answer.ok) return value;
    if (isRecord(value) && typeof value.error === "string") throw new TriggerError(value.error);
    throw this.#noEmulator(`it answered ${answer.status} with ${answer.headers.get("content-type") ?? "no type"}`);
  }

  async list(path: string, name: string): Promise<readonly Readonly<Record<string, unknown>>[]> {
    const { [name]: entries } = await this.call("GET", path);
    if (Array.isArray(entries)) return entries;
    throw this.#noEmulator(`it lists no ${name}`);
  }

  #noEmulator(reason: string): TriggerError {
    return new TriggerError(`What runs at ${this.#url} is no emulator: ${reason}. Say where one is with --emulator.`);
  }

  async webhookUrl(): Promise<string | null> {
    const accounts = await this.list("/accounts", "accounts");
    const url = accounts.find(({ apiKey }) => apiKey === this.apiKey)?.webhookUrl;
    return typeof url === "string" ? url : null;
  }
}
