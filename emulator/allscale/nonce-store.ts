/** The nonces that were used, each kept until no timestamp that carried it could still be inside the window (§2). */
export class NonceStore {
  readonly #expiryByNonce = new Map<string, number>();
  #sweepAtSize = 10_000;

  has(nonce: string, nowMs: number): boolean {
    const expiresAtMs = this.#expiryByNonce.get(nonce);
    return expiresAtMs !== undefined && expiresAtMs > nowMs;
  }

  /** Long nonces are refused before they get here, so each entry is small. */
  add(nonce: string, expiresAtMs: number, nowMs: number): void {
    this.#expiryByNonce.set(nonce, expiresAtMs);
    if (this.#expiryByNonce.size >= this.#sweepAtSize) this.#sweep(nowMs);
  }

  clear(): void {
    this.#expiryByNonce.clear();
  }

  /** Sweeping whenever the store has doubled keeps the cost of each nonce constant. */
  #sweep(nowMs: number): void {
    for (const [nonce, expiresAtMs] of this.#expiryByNonce) {
      if (expiresAtMs <= nowMs) this.#expiryByNonce.delete(nonce);
    }
    this.#sweepAtSize = Math.max(10_000, this.#expiryByNonce.size * 2);
  }
}
