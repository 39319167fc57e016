/** One received API request, as the requests log shows it. */
export interface RequestEntry {
  readonly id: string;
  readonly at: string;
  readonly op: string;
  readonly method: string;
  readonly path: string;
  readonly query: string;
  readonly httpStatus: number | null;
  readonly code: number | null;
  /** The reason a refusal gives, and the sentence behind it even where the answer has none. */
  readonly reason: string | null;
  readonly message: string | null;
  readonly intentId: string | null;
  readonly orderId: string | null;
  readonly requestId: string;
  readonly durationMs: number;
  readonly body: string;
  /** What the emulator signed, shown when a signature did not match: comparing it with one's own finds the mistake. */
  readonly expectedCanonical: string | null;
  /** The kind of the fault that struck, if one did. */
  readonly fault: string | null;
}
