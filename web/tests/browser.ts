/** What of a browser the tests of uploads need. */

/** Kept as long as the test's file runs. */
export function fakeStorage(): Storage {
  const kept = new Map<string, string>();
  return {
    get length() {
      return kept.size;
    },
    key: (place) => [...kept.keys()][place] ?? null,
    getItem: (key) => kept.get(key) ?? null,
    setItem: (key, value) => void kept.set(key, value),
    removeItem: (key) => void kept.delete(key),
    clear: () => kept.clear(),
  };
}

/** Of one browser, whose tabs are several. */
export class FakeLocks {
  private readonly names = new Set<string>();

  async request<T>(name: string, _: LockOptions, work: (lock: object | null) => T): Promise<T> {
    if (this.names.has(name)) return work(null);
    this.names.add(name);
    try {
      return await work({ name });
    } finally {
      this.names.delete(name);
    }
  }

  query = () => Promise.resolve({ held: [...this.names].map((name) => ({ name })) });
  /** As when the tab that holds them is closed. */
  clear = () => this.names.clear();
}
