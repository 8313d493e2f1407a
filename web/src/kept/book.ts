/** What is written and not sent, by channel and thread, as this device knows it. Pure; what others wrote comes with versions. */
import type { SyncedDraft } from "../api/kept";

export interface Entry {
  readonly content: string;
  readonly version: number;
  /** Written here and not yet known to be saved: nothing heard replaces it. */
  readonly isDirty: boolean;
}

export type Book = Readonly<Record<string, Entry>>;

const NOTHING: Entry = { content: "", version: 0, isDirty: false };

export const keyOf = (channelId: string, parentMessageId?: string | null) =>
  parentMessageId ? `${channelId}/${parentMessageId}` : channelId;

export function placeOf(key: string): { channelId: string; parentMessageId: string | null } {
  const [channelId = "", parentMessageId = null] = key.split("/");
  return { channelId, parentMessageId };
}

export const entryOf = (book: Book, key: string): Entry => book[key] ?? NOTHING;

export function write(book: Book, key: string, content: string): Book {
  return { ...book, [key]: { ...entryOf(book, key), content, isDirty: true } };
}

/** What another device wrote, or this one long ago: a higher version is later. */
export function hear(book: Book, draft: SyncedDraft): Book {
  const key = keyOf(draft.channelId, draft.parentMessageId);
  const held = entryOf(book, key);
  if (draft.version <= held.version) return book;
  const content = held.isDirty ? held.content : (draft.content ?? "");
  return { ...book, [key]: { ...held, content, version: draft.version } };
}

/** The server has it: what was typed meanwhile is still to be saved. */
export function saved(book: Book, key: string, content: string, draft: SyncedDraft | null): Book {
  const held = entryOf(book, key);
  const version = Math.max(held.version, draft?.version ?? 0);
  return { ...book, [key]: { ...held, version, isDirty: held.isDirty && held.content !== content } };
}

/** All that the server has: what it no longer has was sent or removed elsewhere, unless it is newer than the question. */
export function load(book: Book, drafts: readonly SyncedDraft[], newestBefore: number): Book {
  const there = new Set(drafts.map((draft) => keyOf(draft.channelId, draft.parentMessageId)));
  const kept = Object.entries(book).map(([key, entry]) =>
    there.has(key) || entry.isDirty || entry.version > newestBefore ? [key, entry] : [key, { ...entry, content: "" }],
  );
  return drafts.reduce(hear, Object.fromEntries(kept) as Book);
}

export const newest = (book: Book) => Math.max(0, ...Object.values(book).map((entry) => entry.version));

export const dirtyKeys = (book: Book) => Object.keys(book).filter((key) => book[key]?.isDirty);
