/** Fetches under way, by name. */
const running = new Map<string, Promise<void>>();

/** The same fetch asked for twice at a time is one fetch. */
export function once(name: string, work: () => Promise<void>): Promise<void> {
  const fetching = running.get(name) ?? work().finally(() => running.delete(name));
  running.set(name, fetching);
  return fetching;
}

/** The next one is another fetch, whatever is under way. */
export const anew = (name: string) => void running.delete(name);
