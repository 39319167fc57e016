/** A log that drops its oldest entries by number and by size, so that a long run does not fill the memory. */
export class BoundedLog<T extends { readonly id: string }> {
  readonly #entries = new Map<string, Readonly<{ entry: T; bytes: number }>>();
  #totalBytes = 0;

  constructor(readonly maxEntries: number) {}

  add(entry: T, bytes = 0): void {
    this.#entries.set(entry.id, { entry, bytes });
    this.#totalBytes += bytes;
    for (const [id, oldest] of this.#entries) {
      if (this.#entries.size <= this.maxEntries && this.#totalBytes <= maxBytes) return;
      this.#entries.delete(id);
      this.#totalBytes -= oldest.bytes;
    }
  }

  get(id: string): T | undefined {
    return this.#entries.get(id)?.entry;
  }

  list(): T[] {
    return [...this.#entries.values()].map(({ entry }) => entry);
  }

  clear(): void {
    this.#entries.clear();
    this.#totalBytes = 0;
  }
}

const maxBytes = 16_000_000;
