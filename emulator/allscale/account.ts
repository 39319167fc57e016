import { Account, type Credentials } from "../core/account";
import type { ClaimLink } from "./claim-links";
import { type Intent, unfunded } from "./intent";
import { type Settings, settings } from "./settings";
import { TIMEOUT } from "./statuses";

export class Store extends Account {
  declare settings: Settings;
  declare registered: Settings;
  readonly intents = new Map<string, Intent>();
  readonly claimLinks = new Map<string, ClaimLink>();
  readonly #nonces = new Map<string, number>();
  #sweepAtSize = 10_000;

  constructor(credentials: Credentials) {
    super(credentials, settings);
  }

  /** The intent, aged to the present: a lifetime ends when the intent is looked at, so it costs no timer. */
  intent(id: string): Intent | undefined {
    const intent = this.intents.get(id);
    return intent === undefined ? undefined : this.age(intent);
  }

  age(intent: Intent): Intent {
    if (intent.expiresAtMs === null || !unfunded.has(intent.status)) return intent;
    if (this.clock.now() < intent.expiresAtMs) return intent;
    intent.status = TIMEOUT;
    intent.history.push({ status: TIMEOUT, atMs: intent.expiresAtMs, by: "lifetime" });
    return intent;
  }

  /** Uses a nonce up; false when it was used before. Sweeping at each doubling keeps the cost of a nonce constant. */
  useNonce(nonce: string, forgetAtMs: number): boolean {
    const nowMs = Date.now();
    if ((this.#nonces.get(nonce) ?? 0) > nowMs) return false;
    this.#nonces.set(nonce, forgetAtMs);
    if (this.#nonces.size < this.#sweepAtSize) return true;
    for (const [each, atMs] of this.#nonces) if (atMs <= nowMs) this.#nonces.delete(each);
    this.#sweepAtSize = Math.max(10_000, this.#nonces.size * 2);
    return true;
  }

  override reset(): void {
    super.reset();
    this.intents.clear();
    this.claimLinks.clear();
    this.#nonces.clear();
  }
}
