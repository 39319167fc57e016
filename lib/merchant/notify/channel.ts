import type { Notification } from "./message";

/** How one notification leaves. */
export type Delivery<Settings> = {
  readonly settings: Settings;
  readonly notification: Notification;
  readonly siteName: string;
  readonly allowsLoopback: boolean;
  readonly signal: AbortSignal;
  readonly timeoutMs: number;
  /** For tests with a server of their own. */
  readonly telegramApi: string;
  readonly trustedCa: string | undefined;
};
