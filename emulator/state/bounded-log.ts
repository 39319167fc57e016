/** A log that forgets its oldest entries, so that a long run does not fill the memory. */
export class BoundedLog<T extends { readonly id: string }> {
  readonly #entries = new Map<string, T>();
  readonly #capacity: number;

  constructor(capacity: number) {
    this.#capacity = capacity;
  }

  add(entry: T): void {
    this.#entries.set(entry.id, entry);
    if (this.#entries.size <= this.#capacity) return;
    const oldest = this.#entries.keys().next();
    if (!oldest.done) this.#entries.delete(oldest.value);
  }

  get(id: string): T | undefined {
    return this.#entries.get(id);
  }

  /** Oldest first. */
  list(): T[] {
    return [...this.#entries.values()];
  }

  clear(): void {
    this.#entries.clear();
  }
}
