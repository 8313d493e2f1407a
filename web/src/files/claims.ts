/** Which uploads are being sent, here or in another tab: each by one alone. */

const here = new Set<string>();
const nameOf = (url: string) => `nexus.upload.${url}`;

/** Lets go of it again; null if somebody else has it. */
export async function claim(url: string): Promise<(() => void) | null> {
  if (here.has(url)) return null;
  here.add(url);
  const unlock = await lock(nameOf(url));
  if (!unlock) {
    here.delete(url);
    return null;
  }
  return () => {
    here.delete(url);
    unlock();
  };
}

/** Those that nobody sends. None where that cannot be told, as without the Web Locks API (an insecure address). */
export async function unclaimed<T extends { readonly url: string }>(uploads: readonly T[]): Promise<T[]> {
  if (!globalThis.navigator?.locks) return [];
  const held = new Set((await navigator.locks.query()).held?.map(({ name }) => name));
  return uploads.filter(({ url }) => !here.has(url) && !held.has(nameOf(url)));
}

function lock(name: string): Promise<(() => void) | null> {
  if (!globalThis.navigator?.locks) return Promise.resolve(() => undefined);
  return new Promise((resolve) => {
    void navigator.locks.request(name, { ifAvailable: true }, (granted) => {
      if (!granted) return resolve(null);
      return new Promise<void>((release) => resolve(release));
    });
  });
}
