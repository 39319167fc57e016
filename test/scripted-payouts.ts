import { randomUUID } from "node:crypto";
import type { PayoutReport } from "@/lib/orders/observation";
import type { PayoutName, PayoutProvider, PayoutRequest, PayoutResult, ReceiverField } from "@/lib/provider/payout";

/** Sends money in memory, once for each reference, as a test has it. */
export class ScriptedPayouts implements PayoutProvider {
  readonly name = "scripted";
  readonly label = "Scripted";
  account = "one";
  readonly coins = ["USDT", "USDC"];
  readonly network = "Base";
  readonly places = 6;
  receiverFields: readonly ReceiverField[] = [];
  /** Set by `withStatusCall`, too. */
  holdPayout: PayoutProvider["holdPayout"] = null;
  /** Set by `withStatusCall`. */
  readPayout: PayoutProvider["readPayout"] = null;
  /** Every call, in order, and what was really sent. */
  readonly requests: PayoutRequest[] = [];
  readonly sent = new Map<string, PayoutReport>();
  /** What the caller gets in place of the truth, after it was sent. */
  onCreate: (answer: PayoutResult, request: PayoutRequest) => PayoutResult | Promise<PayoutResult> = (answer) => answer;
  /** Refuses before anything is sent. */
  refusal: PayoutResult | null = null;

  withStatusCall(): this {
    this.readPayout = async ({ reference }) => {
      const report = this.sent.get(reference);
      if (report === undefined) throw new Error("There is no such payout.");
      return { ok: true, report };
    };
    this.holdPayout = async ({ reference }, held) => ({
      ok: true,
      report: this.report(reference, "waiting", { held }),
    });
    return this;
  }

  async createPayout(request: PayoutRequest): Promise<PayoutResult> {
    this.requests.push(request);
    if (this.refusal !== null) return this.refusal;
    const { reference, coin, amount } = request;
    const known = this.sent.get(reference);
    const bare = { reference, providerStatus: "waiting", status: "waiting", transactionHash: null } as const;
    const report = known ?? { ...bare, payoutId: `out-${randomUUID()}`, money: { coin, amount }, claimUrl: null };
    this.sent.set(reference, report);
    // As with a bearer secret, only the first answer has it.
    const claimUrl = known ? null : `https://pay.example/claim/${reference}`;
    return await this.onCreate({ ok: true, report: { ...report, claimUrl } }, request);
  }

  async cancelPayout({ reference }: PayoutName): Promise<PayoutResult> {
    return { ok: true, report: this.report(reference, "canceled") };
  }

  explorerUrl(network: string | null, hash: string): string | null {
    return network === this.network ? `https://explorer.example/tx/${hash}` : null;
  }

  /** From now on the payout has this status. */
  report(reference: string, status: PayoutReport["status"], facts: Partial<PayoutReport> = {}): PayoutReport {
    const known = this.sent.get(reference);
    if (known === undefined) throw new Error("There is no such payout.");
    const report = { ...known, status, providerStatus: status, ...facts };
    this.sent.set(reference, report);
    return report;
  }
}
