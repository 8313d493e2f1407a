/** What is remembered of resumable uploads, so that a page that is loaded anew goes on with them. */

/** What an upload becomes: a file of a channel, or the next version of a file. */
export type Target = { readonly channelId: string } | { readonly fileId: string };

export interface Kept {
  /** Where the server has it. */
  readonly url: string;
  readonly fileId: string;
  readonly userId: string;
  readonly target: Target;
  /** Where on the page it is shown. */
  readonly place: string;
  readonly file: Fingerprint;
  /** Bytes that are at the server. */
  readonly arrived: number;
  readonly touchedAt: number;
  /** It is to be ended at the server, which could not be reached. */
  readonly isUnwanted: boolean;
}

/** By what a file that is chosen again is known. */
export interface Fingerprint {
  readonly name: string;
  readonly type: string;
  readonly size: number;
  readonly lastModified: number;
}

const PREFIX = "nexus.upload.";
/** As long as the service lets an upload rest. */
const LASTS_MS = 24 * 3_600_000;

export const fingerprintOf = ({ name, type, size, lastModified }: File): Fingerprint => ({ name, type, size, lastModified });

export const percentOf = (arrived: number, size: number) => Math.min(99, Math.floor((arrived / Math.max(1, size)) * 100));

export function keep(kept: Kept): void {
  try {
    localStorage.setItem(PREFIX + kept.url, JSON.stringify(kept));
  } catch {
    // Full or forbidden: it goes on for as long as the page is open.
  }
}

export const forget = (url: string) => localStorage.removeItem(PREFIX + url);

export function forgetAll(): void {
  for (const key of ourKeys()) localStorage.removeItem(key);
}

/** Those of a person that the server may still have. */
export function keptOf(userId: string): Kept[] {
  return ourKeys().flatMap((key) => {
    const kept = parsed(localStorage.getItem(key));
    if (kept && Date.now() - kept.touchedAt < LASTS_MS) return kept.userId === userId ? [kept] : [];
    localStorage.removeItem(key);
    return [];
  });
}

export function isOf(kept: Kept, file: File, target: Target): boolean {
  return !kept.isUnwanted && same(kept.file, fingerprintOf(file)) && same(kept.target, target);
}

const same = (one: object, other: object) => JSON.stringify(one) === JSON.stringify(other);

function ourKeys(): string[] {
  const keys = Array.from({ length: localStorage.length }, (_, place) => localStorage.key(place) ?? "");
  return keys.filter((key) => key.startsWith(PREFIX));
}

function parsed(value: string | null): Kept | null {
  try {
    const kept = JSON.parse(value ?? "null") as Kept | null;
    return kept?.url && kept.file && kept.target ? kept : null;
  } catch {
    return null;
  }
}
